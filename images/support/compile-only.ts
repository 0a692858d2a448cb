import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Leaves only those development packages in ./package.json that a build needs: the others are most of what there is to fetch.
 * `npm install` then keeps to the versions of the lock file, where `npm ci` would want the two files to agree.
 */
const KEPT = /^(?:typescript$|rolldown$|@types\/|@tsconfig\/)/u;

const { devDependencies }: { devDependencies: object } = JSON.parse(readFileSync('package.json', 'utf8'));
const dropped = Object.keys(devDependencies).filter((name) => !KEPT.test(name));
execFileSync('npm', ['pkg', 'delete', ...dropped.map((name) => `devDependencies.${name}`)]);
