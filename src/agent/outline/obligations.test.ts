import { describe, expect, it } from 'vitest';

import { outcomeText, requirementText } from './clause.ts';
import { readClause } from './obligations.ts';

/** Sentences as people write them, and the requirement each becomes. */
const REQUIREMENTS: Readonly<Record<string, string>> = {
  'Users can export notes as CSV': 'Users MUST be able to export notes as CSV',
  'Users need to export their notes': 'Users MUST be able to export their notes',
  'The app should send an email when an order ships': 'System MUST send an email when an order ships',
  'A title must not be longer than 200 characters': 'A title MUST NOT be longer than 200 characters',
  'If the value cannot be parsed, the command must exit with code 2':
    'If the value cannot be parsed, the command MUST exit with code 2',
  'When a note is deleted, the system should email its author':
    'When a note is deleted, the system MUST email its author',
  'A user who is logged in can edit notes': 'A user who is logged in MUST be able to edit notes',
  'Only the author can edit a note': 'Only the author MAY edit a note',
  'Nobody but the owner may see an invoice': 'Nobody but the owner MAY see an invoice',
  'Guests cannot comment': 'Guests MUST NOT be able to comment',
  'The report could include totals': 'The report MAY include totals',
  'A tag can be renamed': 'System MUST allow a tag to be renamed',
  'An invoice can never be overpaid': 'An invoice MUST NOT be overpaid',
  'We want customers to pay online': 'Customers MUST be able to pay online',
  'I want the app to sync every hour': 'System MUST sync every hour',
  'We need a page where users can see their orders':
    'System MUST provide a page where users can see their orders',
  'Accountants need a daily list of payments': 'Accountants MUST get a daily list of payments',
  'Add a CSV export to the report page': 'System MUST provide a CSV export for the report page',
  'Add labels to issues': 'Users MUST be able to add labels to issues',
  'Delete a note': 'Users MUST be able to delete a note',
  'Send a receipt by email': 'System MUST send a receipt by email',
  'Do not store card numbers': 'System MUST NOT store card numbers',
  'Let admins delete comments': 'Admins MUST be able to delete comments',
  'Allow customers to cancel an order': 'Customers MUST be able to cancel an order',
  'Make sure that each file has an owner': 'Each file MUST have an owner',
  'Each note has a title and a body': 'Each note MUST have a title and a body',
  'Dates in the future are rejected': 'Dates in the future MUST be rejected',
  'Import continues with the other rows': 'Import MUST continue with the other rows',
  'Customers choose a size and a colour': 'Customers MUST be able to choose a size and a colour',
  'The baker sees all orders': 'The baker MUST be able to see all orders',
  '`GET /limits` returns the usage': '`GET /limits` MUST return the usage',
  'Support for dark mode': 'System MUST support dark mode',
  'CSV export': 'System MUST support CSV export',
  'The ability to undo a deletion': 'Users MUST be able to undo a deletion',
};

describe('a sentence of a request', () => {
  for (const [sentence, requirement] of Object.entries(REQUIREMENTS)) {
    it(`“${sentence}” becomes a requirement`, () => {
      expect(requirementText(readClause(sentence, 'english'))).toBe(requirement);
    });
  }

  it('is kept word for word in another language', () => {
    expect(requirementText(readClause('Ein Buch darf verlängert werden', 'german'))).toBe(
      'System MUST fulfil: Ein Buch darf verlängert werden',
    );
  });

  it('is kept word for word when no rule understands it and it is no item of a list', () => {
    expect(requirementText(readClause('Down the hill the river runs', 'english', false))).toBe(
      'System MUST fulfil: Down the hill the river runs',
    );
  });
});

describe('what can be observed of a requirement', () => {
  const OUTCOMES: Readonly<Record<string, string>> = {
    'The app should send an email when an order ships': 'the system sends an email',
    'Notes must be private': 'notes are private',
    'A title must not be longer than 200 characters': 'a title is not longer than 200 characters',
    'The API must not log bodies': 'the API does not log bodies',
    'The command must print the reason and exit': 'the command must print the reason and exit',
    'Guests cannot comment on notes': 'guests cannot comment on notes',
  };
  for (const [sentence, outcome] of Object.entries(OUTCOMES)) {
    it(`“${sentence}” agrees with its subject`, () => {
      expect(outcomeText(readClause(sentence, 'english'))).toBe(outcome);
    });
  }
});
