import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';

/** Where a program is, as the search path names it. @throws when there is none that could be started */
export async function findProgram(name: string, searchPath: string): Promise<string> {
  const places = name.includes('/') ? [name] : searchPath.split(':').map((folder) => path.join(folder, name));
  for (const place of places) if (await isProgram(place)) return place;
  throw new Error(`${name} is not a program that can be started`);
}

async function isProgram(place: string): Promise<boolean> {
  try {
    await access(place, constants.X_OK);
    return (await stat(place)).isFile();
  } catch {
    return false;
  }
}
