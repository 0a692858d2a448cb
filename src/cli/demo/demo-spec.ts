/** The spec text of `spec-automation demo`: a feature for the sample repository. */
export const DEMO_SPEC = `Overdue reminders for the lending library

Borrowers forget to bring books back. We want the library to remind them, so that fewer books go missing.

- As a borrower, I want a reminder two days before a loan is due, so that I can bring the book back in time.
- As a borrower, I want a reminder on the day after a loan became overdue, so that I know a fee may follow.
- As a librarian, I want a list of all overdue loans sorted by days overdue, so that I can call the borrowers that matter most.

Rules:
- A borrower must never get more than one reminder per loan and day.
- Borrowers can turn reminders off; loans that are already overdue must still be shown to librarians.
- The list of overdue loans must open within 2 seconds for up to 10,000 loans.
- A reminder that cannot be delivered must be tried again up to 3 times and then be shown to the librarian.

Most important is the reminder before the due date. The list for librarians can come later.

Out of scope: collecting fees, reservations.
`;
