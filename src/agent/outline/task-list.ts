import { code, inline } from './markdown.ts';

/** A task before it has a number. */
export interface Task {
  readonly text: string;
  /** Files it writes; the first is named as its place when the text names none. */
  readonly files: readonly string[];
  readonly story: number | null;
  /** True when nothing in its own phase has to be done before it. */
  readonly isIndependent: boolean;
}

/** A phase of a tasks.md with its tasks. */
export interface TaskPhase {
  readonly title: string;
  readonly intro: string;
  readonly tasks: readonly Task[];
  readonly checkpoint: string | null;
}

/** A task with its number, and whether it may run beside others of its phase. */
export interface NumberedTask extends Task {
  readonly id: string;
  readonly isParallel: boolean;
}

/** Number tasks over all phases from T001, and mark those that touch files no other task of their phase touches. */
export function numberTasks(
  phases: readonly TaskPhase[],
): readonly (Omit<TaskPhase, 'tasks'> & { readonly tasks: readonly NumberedTask[] })[] {
  let count = 0;
  return phases.map((phase) => ({
    ...phase,
    tasks: phase.tasks.map((task) => {
      count += 1;
      return {
        ...task,
        id: `T${String(count).padStart(3, '0')}`,
        isParallel: mayRunBeside(task, phase.tasks),
      };
    }),
  }));
}

function mayRunBeside(task: Task, tasks: readonly Task[]): boolean {
  if (!task.isIndependent || task.files.length === 0) return false;
  const others = tasks.filter((other) => other !== task);
  const hasCompany = others.some((other) => other.isIndependent);
  return hasCompany && !others.some((other) => other.files.some((file) => task.files.includes(file)));
}

/** The line of a task, in Spec Kit's form. */
export function taskLine(task: NumberedTask): string {
  const parallel = task.isParallel ? '[P] ' : '';
  const story = task.story === null ? '' : `[US${task.story}] `;
  const place =
    task.files.length === 0 || task.text.includes(task.files[0] ?? '')
      ? ''
      : ` in ${code(task.files[0] ?? '')}`;
  return `- [ ] ${task.id} ${parallel}${story}${inline(task.text)}${place}`;
}
