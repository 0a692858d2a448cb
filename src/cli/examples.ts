/** Examples below the help texts. */
export const EXAMPLES = {
  program: `
Examples:
  spec-automation demo
  spec-automation run --repo . --text "Let borrowers renew a loan online"
  spec-automation runs list
  spec-automation doctor

Exit codes: 0 succeeded or nothing to change, 1 failed, 2 bad input, 3 not ready, 130 cancelled.
Shell completion: spec-automation completion bash|zsh|fish|powershell
`,
  run: `
Examples:
  spec-automation run --repo ~/code/library --spec spec.md
  cat spec.md | spec-automation run --repo https://example.com/library.git --base main --spec -
  spec-automation run --repo . --feature 003-renewals --text "Also remind by text message" --dry-run
  spec-automation run --repo . --spec spec.md --env TZ=Europe/Rome --secret REGISTRY_TOKEN
`,
  gateway: `
Takes one JSON document on standard input, prints {"ready":true} once it listens, and works until Ctrl-C.
Nothing else on the machine needs to know the key that is in the document: see docs/gateway.md.

Examples:
  spec-automation gateway < gateway.json
  curl --unix-socket gateway.sock -d @call.json -H 'content-type: application/json' http://gateway/v1/responses
`,
  retry: `
Examples:
  spec-automation runs retry 1f0c9a52
  spec-automation runs retry 1f0c9a52 --answers clarifications.md
  spec-automation runs retry 1f0c9a52 --from speckit_plan --notes "Use the existing mail queue"
`,
} as const;
