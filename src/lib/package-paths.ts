import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

/**
 * What Node reads to run a program of an installed package: Node itself, the package's code, and every `node_modules` that it looks
 * for libraries in (Node.js, "Loading from node_modules folders"), each by its name and where links lead. Nothing else that lies in
 * these folders.
 */
export function packagePaths(nodePath: string, packageDirectory: string): readonly string[] {
  const own = ['package.json', 'src', 'dist'].map((name) => path.join(packageDirectory, name));
  const found = [...nodePaths(nodePath), ...own, ...librariesOf(packageDirectory)].filter((place) =>
    existsSync(place),
  );
  return [...new Set([...found, ...found.map((place) => realpathSync(place))])];
}

/** Node itself, and the folder that holds its libraries where it is not made of one piece. */
export function nodePaths(nodePath: string): readonly string[] {
  const libraries = path.join(path.dirname(path.dirname(nodePath)), 'lib');
  return existsSync(libraries) ? [nodePath, libraries] : [nodePath];
}

function librariesOf(directory: string): readonly string[] {
  const parent = path.dirname(directory);
  const here = path.basename(directory) === 'node_modules' ? directory : path.join(directory, 'node_modules');
  return parent === directory ? [here] : [here, ...librariesOf(parent)];
}
