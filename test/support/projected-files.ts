import { randomUUID } from 'node:crypto';
import { lstat, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Replaces the files of a directory all at once, as the kubelet does with ConfigMaps, Secrets and the token of a service account: each file
 * is a link into `..data`, which is a link to a directory of the current files.
 */
export async function swapFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  const version = `..${randomUUID()}`;
  await mkdir(path.join(directory, version));
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(directory, version, name), content);
  await symlink(version, path.join(directory, '..data_tmp'));
  await rename(path.join(directory, '..data_tmp'), path.join(directory, '..data'));
  for (const name of Object.keys(files)) {
    const link = path.join(directory, name);
    if (!(await exists(link))) await symlink(path.join('..data', name), link);
  }
}

function exists(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}
