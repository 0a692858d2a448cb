import { describe, expect, it } from 'vitest';

import { readSpec } from './read-spec.ts';

function read(specText: string, notes: string | null = null) {
  return readSpec({ specText, clarifications: [], notes });
}

const titles = (specText: string) =>
  read(specText).stories.map(({ priority, title }) => `P${priority} ${title}`);

describe('stories', () => {
  it('are what people can do, in the order of the text, when it has no structure', () => {
    expect(
      titles('Users can create notes. Users can share notes with a link. Admins can delete notes.'),
    ).toEqual(['P1 Create notes', 'P2 Share notes with a link', 'P2 Delete notes']);
  });

  it('follow the headings of the author', () => {
    expect(
      titles('# Import\n## Upload\nUsers can upload a file.\n## Preview (nice to have)\nShow 20 rows.\n'),
    ).toEqual(['P1 Upload', 'P3 Preview']);
  });

  it('are ranked by the words of the text before their place in it', () => {
    expect(
      titles('- Users can print notes (P3)\n- Users can create notes (P1)\n- Users can share notes (P2)\n'),
    ).toEqual(['P1 Create notes', 'P2 Share notes', 'P3 Print notes']);
    expect(
      titles(
        'Users can print notes. Users can search photos. The most important is search; printing can come last.',
      ),
    ).toEqual(['P1 Search photos', 'P3 Print notes']);
  });

  it('gather the rules that speak of the same thing, and leave the others to all', () => {
    const { stories } = read(
      'As a member, I want to create a note.\nAs an admin, I want to delete a note.\n\n- A deleted note must be kept for 30 days.\n- Passwords must be hashed.\n',
    );
    expect(stories.map(({ requirementIds }) => requirementIds)).toEqual([['FR-001'], ['FR-002', 'FR-003']]);
  });

  it('keep the scenarios the text spells out', () => {
    const [story] = read(
      'Users can renew a loan.\n\nAcceptance criteria:\n- Given a loan renewed twice, when the borrower renews it, then it is refused.\n',
    ).stories;
    expect(story?.scenarios[0]).toEqual({
      context: 'a loan renewed twice',
      event: 'the borrower renews it',
      outcome: 'it is refused',
      requirementId: null,
    });
  });

  it('tell what somebody else sees when only some may do it', () => {
    const [story] = read('Users can read a note. Only the author can edit a note.').stories;
    expect(story?.scenarios.at(-1)).toMatchObject({
      context: 'somebody who is not the author',
      event: 'they try to edit a note',
    });
  });
});

describe('requirements', () => {
  it('say each obligation once', () => {
    const { requirements } = read(
      '- Users can export notes\n- users can export the notes.\n- Users can import notes\n',
    );
    expect(requirements).toHaveLength(2);
  });

  it('are split where one sentence holds two', () => {
    const texts = read('Users must log in to vote, and admins can close a vote.').requirements.map(
      ({ text }) => text,
    );
    expect(texts).toEqual(['Users MUST log in to vote', 'Admins MUST be able to close a vote']);
  });

  it('are taken from the notes of the operator as well', () => {
    const { requirements } = read('Users can export notes.', 'Use SQLite for the export.');
    expect(requirements.map(({ text }) => text)).toContain('System MUST use SQLite for the export');
  });

  it('are at most 150, and what is left out is counted', () => {
    const reading = read(
      Array.from({ length: 200 }, (_, index) => `- Users can do thing ${index}`).join('\n'),
    );
    expect(reading.requirements).toHaveLength(150);
    expect(reading.leftOut).toBe(50);
    expect(read('Add dark mode. Which colours are used?').leftOut).toBe(0);
  });

  it('are the sentences of the text when none of them obliges to anything', () => {
    expect(read('予約は30分単位で行う。').requirements.map(({ text }) => text)).toEqual([
      'System MUST fulfil: 予約は30分単位で行う',
    ]);
  });
});

describe('open points', () => {
  it('are marked in the order of the text, three at most, and the others are deferred', () => {
    const { requirements, deferredQuestions } = read(
      'Users can pay online.\n\nOpen questions:\n- Which cards?\n- Who is told?\n- TBD: refund period\n- Is cash needed?\n',
    );
    const marked = requirements.flatMap(({ openPoints }) => openPoints.map(({ question }) => question));
    expect(marked.toSorted()).toEqual(['Refund period: what is decided?', 'Which cards?', 'Who is told?']);
    expect(deferredQuestions).toEqual(['Is cash needed?']);
  });

  it('belong to the requirement that speaks of the same things', () => {
    const { requirements } = read(
      '- Users can delete notes\n- Users can share albums\n\nQuestions:\n- Who sees shared albums?\n',
    );
    expect(requirements.find(({ openPoints }) => openPoints.length > 0)?.text).toContain('share albums');
  });

  it('turn a task to decide into a question', () => {
    const { requirements } = read(
      'Users can share notes. TODO: decide whether notes may be shared with guests.',
    );
    expect(requirements.flatMap(({ openPoints }) => openPoints)).toEqual([
      { question: 'May notes be shared with guests?', answer: null },
    ]);
  });

  it('are no question when somebody only quotes one', () => {
    const { requirements } = read('Show "Are you sure?" before deleting a note.');
    expect(requirements.flatMap(({ openPoints }) => openPoints)).toEqual([]);
  });
});

describe('the rest of a request', () => {
  it('is told apart: background, what is out of scope, what comes later', () => {
    const reading = read(
      'Today we use paper. Users must be able to book a room. Later we might add catering. Out of scope: parking.\n\nNo account needed.',
    );
    expect(reading.background).toEqual(['Today we use paper']);
    expect(reading.exclusions).toEqual(['Later we might add catering', 'Parking', 'No account needed']);
    expect(reading.requirements).toHaveLength(1);
  });

  it('names the things that have fields, and what they belong to', () => {
    const { entities } = read(
      'Users can write notes. Each note has a title, a body and tags. A note belongs to a folderset.',
    );
    expect(entities.find(({ name }) => name === 'Note')?.attributes).toEqual(['title', 'body', 'tags']);
  });

  it('finds borders in its figures and verbs', () => {
    const situations = read(
      'Users can upload photos of up to 5 MB. An order over 100 € needs a call.',
    ).edgeCases;
    expect(situations.map(({ situation }) => situation)).toEqual(
      expect.arrayContaining(['Exactly 5 MB, and just beyond', 'Exactly 100 €']),
    );
  });

  it('reads a label right below a list as a paragraph of its own', () => {
    const reading = read('- Users can book a room\n- Users can cancel a booking\nOut of scope: parking\n');
    expect(reading.exclusions).toEqual(['Parking']);
  });

  it('reads German and Japanese lists, labels and questions', () => {
    const german = read(
      'Die Bücherei verleiht Bücher.\n\nAnforderungen:\n- Eine Ausleihe darf verlängert werden.\n\nNicht-Ziele: Räume.\n',
    );
    expect(german).toMatchObject({ language: 'german', exclusions: ['Räume'] });
    const japanese = read('・社員は会議室を検索できる\n・予約は30分単位で行う\n未決：上限は何時間ですか？\n');
    expect(japanese.stories).toHaveLength(2);
    expect(japanese.requirements.flatMap(({ openPoints }) => openPoints)).toHaveLength(1);
  });
});
