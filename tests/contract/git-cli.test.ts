import { gitCli } from '../../src/git/git-cli.ts';
import { GIT_TEST_ENV } from '../support/git-repository.ts';
import { gitContract } from './git-contract.ts';

gitContract('the command line', (networkEnv = {}) => gitCli({ path: GIT_TEST_ENV['PATH']!, networkEnv }));
