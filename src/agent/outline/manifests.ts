import type { ManifestFacts } from './manifest-facts.ts';
import { readCargo, readPyproject } from './toml-manifests.ts';
import { readComposer, readPackageJson } from './json-manifests.ts';
import {
  readCsproj,
  readGemfile,
  readGoMod,
  readGradle,
  readPom,
  readRequirements,
  readSetupCfg,
} from './text-manifests.ts';

/** A manifest found in the repository. */
export interface Manifest extends ManifestFacts {
  readonly path: string;
}

interface ManifestRow {
  readonly file: RegExp;
  readonly read: (text: string) => Partial<ManifestFacts>;
}

const ROWS: readonly ManifestRow[] = [
  { file: /^package\.json$/u, read: readPackageJson },
  { file: /^pyproject\.toml$/u, read: readPyproject },
  { file: /^requirements[\w.-]*\.txt$/u, read: readRequirements },
  { file: /^setup\.cfg$/u, read: readSetupCfg },
  { file: /^go\.mod$/u, read: readGoMod },
  { file: /^Cargo\.toml$/u, read: readCargo },
  { file: /^pom\.xml$/u, read: readPom },
  { file: /^build\.gradle(?:\.kts)?$/u, read: readGradle },
  { file: /^Gemfile$/u, read: readGemfile },
  { file: /^composer\.json$/u, read: readComposer },
  { file: /^[\w.-]+\.csproj$/u, read: readCsproj },
];

/** Other files the survey needs the text of. */
const OTHER_FILES =
  /^(?:readme(?:\.(?:md|rst|txt))?|makefile|dockerfile|containerfile|\.nvmrc|\.python-version|\.ruby-version|\.tool-versions|docker-compose\.ya?ml|compose\.ya?ml|tox\.ini|pytest\.ini)$/iu;

/** True for files whose content the survey reads. */
export function isReadByName(fileName: string): boolean {
  return OTHER_FILES.test(fileName) || ROWS.some((row) => row.file.test(fileName));
}

/** Read one manifest; `null` when the file is none, or cannot be understood. */
export function readManifest(path: string, text: string): Manifest | null {
  const fileName = path.slice(path.lastIndexOf('/') + 1);
  const row = ROWS.find((candidate) => candidate.file.test(fileName));
  if (row === undefined) return null;
  try {
    return { ...EMPTY, ...row.read(text), path };
  } catch {
    // A manifest its own tool could not read either: nothing can be said from it.
    return null;
  }
}

const EMPTY: ManifestFacts = {
  name: '',
  description: '',
  runtimes: [],
  dependencies: [],
  scripts: {},
  commands: [],
  entryPoints: [],
};
