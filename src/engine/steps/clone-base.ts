import type { Step } from '../run-phase.ts';

/** Fetch the tip of the base branch into a fresh pristine git directory. */
export const cloneBase: Step<'git_clone'> = {
  phase: 'git_clone',
  async run({ deps, run, workspace, signal }, { log }) {
    const { repository, baseBranch: branch } = run;
    log.out(`Fetching ${branch} of ${repository}`);
    const { commit } = await deps.git.fetchBase({ gitDirectory: workspace.git, repository, branch, signal });
    log.out(`Base commit ${commit}`);
    return { output: { commit } };
  },
};
