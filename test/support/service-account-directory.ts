import { mkdir, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { swapFiles } from './projected-files.ts';

const SECRETS = '/var/run/secrets';
const ACCOUNT = `${SECRETS}/kubernetes.io/serviceaccount`;
const MAX_WAIT_MS = 15_000;
const POLL_MS = 50;

/** The directory of the service account in a pod. Disposal removes it. */
interface ServiceAccountDirectory extends AsyncDisposable {
  write(file: 'ca.crt' | 'token', content: string): Promise<void>;
  /** Replaces both files at once, as the kubelet does. */
  swap(files: { readonly 'ca.crt': string; readonly token: string }): Promise<void>;
}

/**
 * Creates the directory, whose path is fixed, once no other test has it. Calls `skip` with the reason, which is printed, if it exists
 * already, as in a pod, or may not be created.
 */
export async function createServiceAccountDirectory(skip: (reason: string) => never): Promise<ServiceAccountDirectory> {
  const end = performance.now() + MAX_WAIT_MS;
  for (let error = await failureToCreate(); error; error = await failureToCreate()) {
    if (error.code === 'EEXIST' && performance.now() < end) await delay(POLL_MS);
    else {
      process.stdout.write(`Not tested: the service account directory cannot be created: ${String(error)}\n`);
      skip(String(error));
    }
  }
  await mkdir(ACCOUNT, { recursive: true });
  return {
    write: (file, content) => writeFile(`${ACCOUNT}/${file}`, content),
    swap: (files) => swapFiles(ACCOUNT, files),
    [Symbol.asyncDispose]: () => rm(SECRETS, { recursive: true }),
  };
}

function failureToCreate(): Promise<NodeJS.ErrnoException | undefined> {
  return mkdir(SECRETS).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error,
  );
}
