import { describe, expect, it } from 'vitest';

import { placementFor } from './placement.ts';
import { describeRepository } from './repository.ts';

function place(files: readonly string[], requestedLanguage: string | null = null) {
  const repository = describeRepository({
    files: files.map((path) => ({ path, lines: 10 })),
    texts: new Map(),
    isCut: false,
  });
  return placementFor(repository, { requestedLanguage, featureFolder: 'shared-notes' });
}

/** Files of a repository, then where its logic and the test of it go. */
const PLACES: Readonly<Record<string, readonly [readonly string[], string, string]>> = {
  'a TypeScript service with layers': [
    ['src/server.ts', 'src/services/note-store.ts', 'src/routes/list-notes.ts', 'tests/list-notes.test.ts'],
    'src/services/create-note.ts',
    'tests/create-note.test.ts',
  ],
  'a TypeScript library with tests beside the sources': [
    ['src/noteStore.ts', 'src/noteStore.spec.ts', 'src/mailSender.ts'],
    'src/sharedNotes/createNote.ts',
    'src/sharedNotes/createNote.spec.ts',
  ],
  'a Python package': [
    ['tally/cli.py', 'tally/entry_parser.py', 'tests/test_cli.py'],
    'tally/shared_notes/create_note.py',
    'tests/test_create_note.py',
  ],
  'a Go module': [
    ['internal/store/store.go', 'internal/store/store_test.go', 'internal/mail/mail.go', 'main.go'],
    'internal/shared_notes/create_note.go',
    'internal/shared_notes/create_note_test.go',
  ],
  'a Maven project': [
    [
      'src/main/java/com/acme/App.java',
      'src/main/java/com/acme/service/NoteService.java',
      'src/test/java/com/acme/AppTest.java',
    ],
    'src/main/java/com/acme/service/CreateNote.java',
    'src/test/java/com/acme/service/CreateNoteTest.java',
  ],
  'an empty repository': [['README.md'], 'src/shared-notes/create-note', 'tests/create-note'],
};

describe('new files', () => {
  for (const [kind, [files, source, test]] of Object.entries(PLACES)) {
    it(`follow the layout and naming of ${kind}`, () => {
      const placement = place(files);
      expect(placement.sourceFile('logic', 'create-note')).toBe(source);
      expect(placement.testFile(source)).toBe(test);
    });
  }

  it('are written in the language the request names when there is no code yet', () => {
    expect(place([], 'Python')).toMatchObject({ language: 'Python', isFromRequest: true });
    expect(place([], 'Python').sourceFile('model', 'order')).toBe('src/order.py');
  });

  it('are not needed where an existing file has the words of the title', () => {
    const placement = place(['tally/cli.py', 'tally/report.py', 'tally/time_sheet.py']);
    expect(placement.existingFile('`--since` option for the `report` command')).toBe('tally/report.py');
    expect(placement.existingFile('Delete a sheet')).toBeUndefined();
  });
});
