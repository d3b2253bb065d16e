/** Log lines of a program when it starts, while it runs, and when it crashes. */
export interface LogLines {
  readonly start: readonly string[];
  readonly run: readonly string[];
  readonly crash: readonly string[];
}

const jupyter: LogLines = {
  start: [
    'Entered start.sh with args: jupyter lab',
    '[I ServerApp] jupyterlab | extension was successfully linked.',
    '[I ServerApp] Serving notebooks from local directory: /home/jovyan',
    '[I ServerApp] Jupyter Server 2.14 is running at: http://localhost:8888/lab',
  ],
  run: [
    '[I ServerApp] Saving file at /analysis.ipynb',
    '[I ServerApp] 200 GET /api/contents?type=directory (10.244.0.7) 4.12ms',
    '[I ServerApp] Kernel started: 5c1f9a9e-8f9b-4f0e-9d0c-1f2b3c4d5e6f',
    '[W ServerApp] 404 GET /api/contents/scratch.ipynb (10.244.0.7) 2.30ms',
    'epoch loss=0.1873 val_loss=0.2011 lr=3.0e-04',
  ],
  crash: [
    '[I ServerApp] Serving notebooks from local directory: /home/jovyan',
    'OSError: [Errno 28] No space left on device: /home/jovyan/.jupyter/lab',
  ],
};

const codeServer: LogLines = {
  start: [
    'info  code-server 4.96',
    'info  Using user-data-dir /home/coder/.local/share/code-server',
    'info  HTTP server listening on http://0.0.0.0:8888/',
  ],
  run: [
    'info  [ptyHostService] started terminal 3',
    'info  [extensionHost] python extension activated',
    'warn  file watcher is slow: 12,000 files',
  ],
  crash: ['error  EACCES: permission denied, mkdir /home/coder/.local'],
};

const rstudio: LogLines = {
  start: [
    '[s6-init] making user provided files available at /var/run/s6/etc',
    'rserver: starting on 0.0.0.0:8787',
    'rserver: ready',
  ],
  run: [
    'rsession: loaded tidyverse 2.0.0',
    'rsession: suspended session of user rstudio',
    'rserver: 200 POST /rpc/console_input',
  ],
  crash: [
    '[s6-init] making user provided files available at /var/run/s6/etc',
    'rserver: starting on 0.0.0.0:8787',
    'ERROR system error 13 (Permission denied) [path: /home/rstudio/.local/share/rstudio]',
    'FATAL the home directory cannot be written by user 1000: is the volume mounted with the right fsGroup?',
  ],
};

export function logLinesFor(image: string): LogLines {
  if (image.includes('rstudio')) return rstudio;
  return image.includes('codeserver') ? codeServer : jupyter;
}
