import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  branchesFrom,
  branchName,
  featureFolder,
  featureNumberOf,
  featureSlug,
  pullRequestTitle,
  repositoryName,
  shortRunId,
  showBranches,
  isOwnBranch,
} from './naming.ts';
import { validateBranch, validateFeature } from './validate.ts';

const RUN_ID = '0f1e2d3c-4b5a-4697-8877-665544332211';

describe('names of a run', () => {
  test('its short id is the first eight hex digits', () => {
    expect(shortRunId(RUN_ID)).toBe('0f1e2d3c');
  });

  test('its branch holds the UTC day it was accepted on', () => {
    expect(branchName(RUN_ID, Date.UTC(2026, 0, 2, 23, 59, 59))).toBe('spec_automation/20260102/0f1e2d3c');
  });

  test('its branch is always one git takes', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.date({ min: new Date(0), max: new Date('2199-12-31'), noInvalidDate: true }),
        (id, day) => {
          const name = branchName(id, day.getTime());
          expect(validateBranch(name)).toBe(name);
          expect(name).toMatch(/^spec_automation\/\d{8}\/[0-9a-f]{8}$/u);
        },
      ),
    );
  });

  test('its pull request is titled by the repository and the short id', () => {
    expect(pullRequestTitle({ id: RUN_ID, repository: 'https://example.org/acme/shop.git' })).toBe(
      'Spec Kit Automation – shop – 0f1e2d3c',
    );
  });
});

describe('branches to publish on', () => {
  test('are told to be ours by how they begin', () => {
    expect([branchName(RUN_ID, 0), 'feature', 'x/spec_automation/1'].map(isOwnBranch)).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('begin with the planned one and are numbered on from there', () => {
    const planned = 'spec_automation/20260102/a';
    const later = [2, 3, 4, 5, 6, 7, 8, 9].map((number) => `${planned}-r${number}`);
    expect(branchesFrom(planned)).toEqual([planned, ...later]);
    expect(branchesFrom(`${planned}-r8`)).toEqual([`${planned}-r8`, `${planned}-r9`]);
  });
});

describe('the branches a message names', () => {
  test('begin with the default one, end with those of earlier runs, and are eight at most', () => {
    const ours = Array.from({ length: 9 }, (_, index) => `spec_automation/20260101/${index}`);
    expect(showBranches([...ours, 'alpha', 'trunk'], 'trunk')).toBe(
      `trunk, alpha, ${ours.slice(0, 6).join(', ')} and 3 more`,
    );
    expect(showBranches(['b', 'a'], null)).toBe('a, b');
    expect(showBranches([], null)).toBe('none');
  });
});

test.each([
  ['https://github.com/acme/shop.git', 'shop'],
  ['https://github.com/acme/shop/', 'shop'],
  ['/home/me/shop/.git', 'shop'],
  ['/home/me/shop', 'shop'],
  [String.raw`C:\work\shop`, 'shop'],
  ['shop', 'shop'],
  ['.git', 'repository'],
  ['/', '/'],
])('repository %s is called %s', (repository, name) => {
  expect(repositoryName(repository)).toBe(name);
});

describe('the slug of a spec text', () => {
  test.each([
    ['Add a user login with password reset', 'user-login-password-reset'],
    ['# Feature: Export orders as CSV\n\nDetails', 'export-orders-csv'],
    ['\n\n- [ ]\n***\nNightly report e-mails', 'nightly-report-mails'],
    ['Überprüfung der Rechnung', 'uberprufung-der-rechnung'],
    ['Build it for us', 'build-it-for-us'],
    ['Renew [NEEDS CLARIFICATION: for how long?] loans', 'renew-loans'],
    ['[NEEDS CLARIFICATION: which\nroles?]\nExport orders', 'export-orders'],
    ['Reset passwords [NEEDS CLARIFICATION: by', 'reset-passwords'],
    ['[NEEDS CLARIFICATION: which roles?]', 'feature'],
    ['ログイン機能', 'feature'],
    ['', 'feature'],
    ['OAuth2 sign-in, please!', 'oauth2-sign-please'],
  ])('of %j is %s', (text, slug) => {
    expect(featureSlug(text)).toBe(slug);
  });

  test('always makes a folder name that is accepted, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.integer({ min: 1, max: 99_999 }),
        (text, number) => {
          const folder = featureFolder(number, featureSlug(text));
          expect(validateFeature(folder)).toBe(folder);
          expect(featureNumberOf(folder)).toBe(number);
          expect(folder.length).toBeLessThanOrEqual(54);
        },
      ),
    );
  });

  test('does not end in a dash when it is cut', () => {
    expect(featureSlug(`${'a'.repeat(47)} bcd`)).toBe('a'.repeat(47));
  });
});

test('a folder without a sequential number has none', () => {
  expect(featureFolder(7, 'login')).toBe('007-login');
  expect(featureNumberOf('1234-login')).toBe(1234);
  expect(featureNumberOf('20260102-101500-login')).toBeNull();
  expect(featureNumberOf('login')).toBeNull();
  expect(featureNumberOf('12-login')).toBeNull();
});
