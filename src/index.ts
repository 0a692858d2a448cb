export { openSpecAutomation } from './compose.ts';
export { readSettings } from './config/read-settings.ts';
export type { Settings } from './config/settings.ts';
export type { EventView } from './contract/event-view.ts';
export type { ArtifactView, PhaseView, RunDetail, RunView } from './contract/run-view.ts';
export { AppError } from './domain/app-error.ts';
export type { SpecAutomation, SubmitRequest } from './spec-automation.ts';
