import type {
  ActivityProbe,
  ActivityRule,
  FilterRule,
  KindPodTemplate,
  OptionList,
  PodSpec,
  WorkspaceKindSpec,
} from '../workspace-kind.ts';
import { jupyterImages } from './jupyter-images.ts';
import { ownPicture } from './pictures.ts';
import { podConfigs } from './pod-configs.ts';

const POD_EXEC_SCRIPT = `#!/usr/bin/env bash
echo '{"has_activity": true}' > "$OUTPUT_JSON_PATH"
`;
const HOUR_SECONDS = 3_600;
const sharedMemory = { name: 'dshm', emptyDir: { medium: 'Memory' } };

/** In development two idle hours are enough. */
const idleRules: readonly ActivityRule[] = [
  {
    config: { secondsSinceActive: 2 * HOUR_SECONDS, minRunningSeconds: 300 },
    match: { matchNamespace: { selector: { matchLabels: { tier: 'development' } } } },
    effect: { pauseWorkspace: true },
  },
  {
    config: { secondsSinceActive: 24 * HOUR_SECONDS, minRunningSeconds: 0 },
    match: {},
    effect: { pauseWorkspace: true },
  },
];

/** Development has no GPUs. */
const gpuRules: readonly FilterRule[] = [
  {
    scope: 'POD_CONFIG',
    effect: { api: { deny: true, denyMessage: { text: 'GPUs are for production namespaces.' } } },
    match: [
      { matchPodConfig: { selector: { matchExpressions: [{ key: 'gpu', operator: 'Exists' }] } } },
      { matchNamespace: { selector: { matchLabels: { tier: 'development' } } } },
    ],
  },
];

/** The kinds of the demo, by their names. */
export const kindSpecs: Readonly<Record<string, WorkspaceKindSpec>> = {
  jupyterlab: jupyterlab(),
  codeserver: codeserver(),
  rstudio: rstudio(),
};

/** A kind with redirects, hidden images, rules by namespace. */
export function jupyterlab(): WorkspaceKindSpec {
  return {
    spawner: {
      displayName: 'JupyterLab Notebook',
      description: 'A Workspace which runs JupyterLab in a Pod',
      hidden: false,
      deprecated: false,
      icon: { url: 'https://jupyter.org/assets/favicons/apple-touch-icon-152x152.png' },
      logo: { url: 'https://upload.wikimedia.org/wikipedia/commons/3/38/Jupyter_logo.svg' },
    },
    podTemplate: {
      ...common('/home/jovyan'),
      activityProbe: {
        minProbeIntervalSeconds: 300,
        probeIntervalSeconds: HOUR_SECONDS,
        jupyter: { lastActivity: true, portId: 'jupyterlab' },
      },
      ports: [port('jupyterlab', 'JupyterLab')],
      extraEnv: [{ name: 'NB_PREFIX', value: '{{ httpPathPrefix "jupyterlab" }}' }],
      options: { imageConfig: jupyterImages, podConfig: sized('tiny_cpu') },
    },
    activityRules: idleRules,
    filterRules: gpuRules,
  };
}

function codeserver(): WorkspaceKindSpec {
  return {
    spawner: {
      displayName: 'code-server IDE',
      description: 'A Workspace which runs code-server, a browser-based Visual Studio Code',
      hidden: false,
      deprecated: false,
      icon: ownPicture('codeserver.svg'),
      logo: ownPicture('codeserver.svg'),
    },
    podTemplate: {
      ...common('/home/jovyan'),
      activityProbe: scriptProbe(),
      ports: [{ ...port('codeserver', 'code-server'), httpProxy: { removePathPrefix: true } }],
      options: {
        imageConfig: onlyImage('codeserver', 'codeserver-python:v1.10.0', 8888),
        podConfig: sized('small_cpu'),
      },
    },
    filterRules: [
      {
        scope: 'IMAGE_CONFIG',
        effect: { ui: { hide: true } },
        match: [{ matchNamespace: { selector: { matchLabels: { workspace_team: 'team_2' } } } }],
      },
    ],
  };
}

function rstudio(): WorkspaceKindSpec {
  const headers = { set: { 'X-RStudio-Root-Path': '{{ httpPathPrefix "rstudio" }}' } };
  return {
    spawner: {
      displayName: 'RStudio Server',
      description: 'A Workspace which runs RStudio Server in a Pod',
      hidden: false,
      deprecated: true,
      deprecationMessage: 'This WorkspaceKind will be removed next year, please use JupyterLab with an R kernel.',
      icon: ownPicture('rstudio.svg'),
      logo: ownPicture('rstudio-logo.svg'),
    },
    podTemplate: {
      ...common('/home/jovyan'),
      activityProbe: scriptProbe(),
      ports: [{ ...port('rstudio', 'RStudio'), httpProxy: { removePathPrefix: true, requestHeaders: headers } }],
      options: { imageConfig: onlyImage('rstudio', 'rstudio-tidyverse:v1.10.0', 8787), podConfig: sized('small_cpu') },
    },
    filterRules: [
      {
        scope: 'WORKSPACE_KIND',
        effect: { ui: { hide: true } },
        match: [
          {
            matchNamespace: {
              selector: { matchExpressions: [{ key: 'workspace_team', operator: 'In', values: ['team_1'] }] },
            },
          },
        ],
      },
    ],
  };
}

function common(
  home: string,
): Pick<KindPodTemplate, 'podMetadata' | 'volumeMounts' | 'extraVolumes' | 'extraVolumeMounts'> {
  return {
    podMetadata: { labels: { 'app.kubernetes.io/component': 'workspace' } },
    volumeMounts: { home },
    extraVolumes: [sharedMemory],
    extraVolumeMounts: [{ name: 'dshm', mountPath: '/dev/shm' }],
  };
}

function port(id: string, defaultDisplayName: string): KindPodTemplate['ports'][number] {
  return { id, protocol: 'HTTP', defaultDisplayName, httpProxy: { removePathPrefix: false } };
}

function scriptProbe(): ActivityProbe {
  const podExec = { timeoutSeconds: 60, script: POD_EXEC_SCRIPT };
  return { minProbeIntervalSeconds: 300, probeIntervalSeconds: HOUR_SECONDS, podExec };
}

function sized(byDefault: string): OptionList<PodSpec> {
  return { spawner: { default: byDefault }, values: podConfigs };
}

function onlyImage(portId: string, id: string, number: number): KindPodTemplate['options']['imageConfig'] {
  const image = `ghcr.io/kubeflow/kubeflow/notebook-servers/${id}`;
  return {
    spawner: { default: id },
    values: [
      {
        id,
        spawner: { displayName: id, description: 'The current image', hidden: false },
        spec: { image, imagePullPolicy: 'IfNotPresent', ports: [{ id: portId, port: number }] },
      },
    ],
  };
}
