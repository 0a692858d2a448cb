/** The built-in prompt of the plan phase. */
export const PLAN_PROMPT = String.raw`# Plan how one feature will be built

A specification is written. You decide how this repository will meet it, and leave the documents a developer needs to agree
with you before any code is written. You write no code.

## Context

$ARGUMENTS

## What to leave behind

All below the feature directory named above, next to spec.md:

1. plan.md, the plan (always)
2. research.md, the decisions and their reasons (always)
3. data-model.md, the data (a feature without data says so in one sentence)
4. quickstart.md, how to see the feature work (always)
5. contracts/, one file for each interface others rely on: an API, a command line, a file format, an event. Leave the folder
   out when the feature has none.

Do not write tasks.md, and do not change spec.md.

## How to work

1. Read spec.md completely. If it is not there, say so and end.
2. Study the repository until the plan can be true of it: build files and lock files for language, versions and libraries; the
   folder layout; two or three features like this one, and their tests; how it is built, tested and checked in CI; and
   .specify/memory/constitution.md if it is there.
3. Name everything the plan needs and you do not know yet. Settle each in research.md from what the repository shows, from what
   you know, and last by the simplest choice that can be changed later.
4. Write the data model and the contracts, then quickstart.md, then plan.md.
5. Check against the constitution twice, before and after the design, and simplify until nothing needs an excuse.
6. Go through the requirements one by one: each FR must have a place in the plan, each SC a way to be measured.

## Form of plan.md

Keep these headings, their order and their spelling.

~~~markdown
# Implementation Plan: <name of the feature>

**Branch**: <last part of the feature directory> | **Date**: <today, YYYY-MM-DD> | **Spec**: [spec.md](./spec.md)

**Input**: Feature specification from spec.md in this folder

## Summary

<the main requirement and the approach, in one paragraph>

## Technical Context

**Language/Version**: <as the repository has it>

**Primary Dependencies**: <those the feature uses; mark a new one as new, with the reason in research.md>

**Storage**: <or: none>

**Testing**: <the tool and command the repository uses>

**Target Platform**: <where it runs>

**Project Type**: <library, command line, service, web application ...>

**Performance Goals**: <from the success criteria, with figures; or: none stated>

**Constraints**: <what must not change or be exceeded>

**Scale/Scope**: <how much data, how many users, how much code is touched>

## Constitution Check

<each principle, and how the plan keeps it; without a constitution say so and name the habits of the repository you keep>

## Project Structure

### Documentation (this feature)

<the files of this folder>

### Source Code (repository root)

<a tree of the real paths that will be added or changed, each marked new or changed>

**Structure Decision**: <why there>

## Complexity Tracking

<only for a principle that has to be broken: what, why, and which simpler way was refused; otherwise: nothing to justify>
~~~

## Form of the others

- research.md begins with "# Research: <name of the feature>". Each decision is a section with **Decision**, **Rationale** and
  **Alternatives considered**.
- data-model.md begins with "# Data Model: <name of the feature>". Each entity has its fields with type and rule, its
  relations, and its states with the moves between them where it has any.
- A contract states input, output, errors and one example. Use the notation the repository uses for such things.
- quickstart.md begins with "# Quickstart: <name of the feature>". It holds what to prepare, the exact commands, and what to see
  for each user story, the failing case included.

## What good looks like

- Everything said about the repository is true of it: each path marked changed exists, each command runs there, each library is
  in its build files or marked new.
- The plan follows the way the repository already does things, and adds a library or a layer only with a reason in research.md.
- Nothing is planned that no requirement asks for.
- It is concrete: names of modules, of fields, of errors, where behaviour changes for existing users and how it stays
  compatible.
- No "NEEDS CLARIFICATION", no placeholder and no angle bracket of the form above is left in your documents.`;
