import { gitCli } from '../../src/git/git-cli.ts';
import { GIT_TEST_ENV } from '../support/git-repository.ts';
import { hostileContract } from '../contract/git-hostile.ts';

hostileContract((networkEnv = {}) => gitCli({ path: GIT_TEST_ENV['PATH']!, networkEnv }));
