/** Text that keeps its beginning and its end and says how much of the middle it dropped. */
export interface BoundedText {
  append(text: string): void;
  toString(): string;
}

/** Keep at most `headChars` from the beginning and `tailChars` from the end. */
export function boundedText(headChars: number, tailChars: number): BoundedText {
  let head = '';
  let tail: string[] = [];
  let tailLength = 0;
  let droppedChars = 0;

  const trimTail = () => {
    const joined = tail.join('');
    const kept = joined.slice(Math.max(joined.length - tailChars, 0));
    droppedChars += joined.length - kept.length;
    tail = [kept];
    tailLength = kept.length;
  };

  return {
    append(text) {
      const room = headChars - head.length;
      head += text.slice(0, Math.max(room, 0));
      const rest = room >= text.length ? '' : text.slice(Math.max(room, 0));
      if (rest === '') return;
      tail.push(rest);
      tailLength += rest.length;
      // Trimming only at twice the bound keeps appending linear.
      if (tailLength > 2 * tailChars) trimTail();
    },
    toString() {
      if (tailLength > tailChars) trimTail();
      const notice = droppedChars === 0 ? '' : `\n[... ${droppedChars} characters left out ...]\n`;
      return head + notice + tail.join('');
    },
  };
}
