import { describe, expect, it } from 'vitest';

import {
  pullRequestMarker,
  requestMarker,
  requestParts,
  textMarkOf,
  textParts,
  withTextMark,
} from './pull-request-marks.ts';

const DIGEST = 'ab'.repeat(32);

describe('marks in a pull request', () => {
  it('are comments nobody sees', () => {
    for (const mark of [pullRequestMarker('r'), requestMarker('d')]) expect(mark).toMatch(/^<!-- .* -->$/u);
  });

  it('tell the text that was written, whatever a forge does to its line ends', () => {
    const body = withTextMark('One\n\nTwo\n', DIGEST);
    expect(textMarkOf(body)).toBe(DIGEST);
    expect(textMarkOf(body.replaceAll('\n', '\r\n').trimEnd())).toBe(DIGEST);
    for (const seen of [body, body.replaceAll('\n', '\r\n'), 'One\n\nTwo'])
      expect(textParts(' Title ', seen)).toEqual(['Title', 'One\n\nTwo']);
  });

  it('count at the end only', () => {
    expect(textMarkOf(`${withTextMark('One', DIGEST)}more`)).toBeUndefined();
    expect(textMarkOf('One')).toBeUndefined();
  });

  it('tell requests apart by what was asked, of whom, and from where', () => {
    const request = { specText: ' Log in.\n', baseBranch: 'main', feature: null, agent: 'outline' };
    expect(requestParts(request)).toEqual(['Log in.', 'main', '', 'outline']);
  });
});
