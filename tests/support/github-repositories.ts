/** A repository the bench keeps. */
export interface GitHubRepository {
  readonly owner: string;
  readonly name: string;
  /** `owner/name`. */
  readonly fullName: string;
  /** The bare repository. */
  readonly directory: string;
  readonly isPrivate: boolean;
  readonly defaultBranch: string;
  /** Whether its plan has draft pull requests. */
  readonly hasDrafts: boolean;
  isArchived: boolean;
  /** Tips of all branches ever seen, those deleted included. */
  readonly seenTips: Map<string, string>;
}

/** Where the repositories are found, whatever the case of their names. */
export interface GitHubRepositories {
  add(repository: GitHubRepository): void;
  find(fullName: string): GitHubRepository | undefined;
  /** @throws when there is none */
  get(fullName: string): GitHubRepository;
  of(owner: string): readonly GitHubRepository[];
}

/** No repositories yet. */
export function gitHubRepositories(): GitHubRepositories {
  const all = new Map<string, GitHubRepository>();
  const find = (fullName: string) => all.get(fullName.toLowerCase());
  return {
    add: (repository) => void all.set(repository.fullName.toLowerCase(), repository),
    find,
    get(fullName) {
      const repository = find(fullName);
      if (repository === undefined) throw new Error(`the bench has no repository '${fullName}'`);
      return repository;
    },
    of: (owner) => [...all.values()].filter((repository) => repository.owner === owner),
  };
}
