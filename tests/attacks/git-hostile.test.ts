import { gitCli } from '../../src/git/git-cli.ts';
import { GIT_OPTIONS } from '../support/git-options.ts';
import { hostileContract } from '../contract/git-hostile.ts';

hostileContract((networkEnv = {}) => gitCli({ ...GIT_OPTIONS, networkEnv }));
