/** A spec text of a kind people write, with what is known about it. */
export interface SampleSpec {
  readonly text: string;
  /** Questions the text itself leaves open. */
  readonly questions: readonly string[];
}

/** Spec texts of many kinds, by what is special about them. */
export const SPEC_TEXTS: Readonly<Record<string, SampleSpec>> = {
  'one line': clean('Add dark mode'),
  'one sentence': clean(
    'Users should be able to export their invoices as CSV so that they can import them elsewhere.',
  ),
  'user stories': clean(
    'Renewals\n\nAs a borrower, I want to renew a loan online, so that I can keep a book longer.\nAs a librarian, I want a report of renewals per week, so that I can plan purchases.\n\n- A loan must not be renewed more than twice.\n- Renewal must answer within 2 seconds for up to 500 users.\n',
  ),
  bullets: clean(
    '# Search\n\n- Search by title and author\n- Results appear within 300 ms\n- Show at most 50 results per page\n- Do not log search terms\n',
  ),
  'long prose': clean(
    'Our support team answers the same questions every day. We want a knowledge base where agents can write articles and customers can find them. Articles have a title, a body and tags. Customers must be able to search without logging in. Agents should see which articles are read most. An article that was not updated for a year must be marked as outdated. Out of scope: translations.',
  ),
  german: clean(
    'Als Ausleiher möchte ich eine Ausleihe verlängern, damit ich ein Buch länger behalten kann. Eine Ausleihe darf höchstens zweimal verlängert werden.',
  ),
  japanese: clean('利用者は貸出をオンラインで延長できる。延長は二回までとする。'),
  emoji: clean('🚀 Let people react to a comment with an emoji 🎉, and show the count next to it.'),
  'open questions': {
    text: 'Let borrowers renew a loan.\n\n- How often may a loan be renewed?\n- The borrower must be told. [NEEDS CLARIFICATION: who else is told about a renewal]\n',
    questions: ['How often may a loan be renewed?', 'who else is told about a renewal'],
  },
  quantities: clean(
    'The upload must accept files up to 25 MB, finish within 10 seconds for 95 % of users, and keep at most 100 files per user.',
  ),
  'code blocks': clean(
    'Add a health endpoint.\n\n```http\nGET /healthz\n# Feature Specification: [FEATURE NAME]\n```\n\nIt must answer 200 with `{"ok":true}`.\n',
  ),
  'hostile markdown': clean(
    '# A\n<!-- never closed\n## Requirements *(mandatory)*\n- [ ] T001 not a task\n| a | b\n**bold\n`tick\nUsers must be able to log in --> and out.\n',
  ),
  'Windows line ends': clean(
    'Rename a tag\r\n\r\n- Editors can rename a tag\r\n- The old name keeps working for 30 days\r\n',
  ),
  'no Latin letter': clean('!!! 123 ---'),
  'one megabyte': clean('Users must be able to do one more thing. '.repeat(24_000)),
};

function clean(text: string): SampleSpec {
  return { text, questions: [] };
}
