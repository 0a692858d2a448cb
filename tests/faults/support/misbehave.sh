# A coding CLI that misbehaves. It speaks whatever the adapter under test understands: its lines come as arguments.
behaviour=$1 progress=$2 finished=$3 document=$4 mark=$5
say() { printf '%s\n' "$1"; }
write_document() { mkdir -p "${document%/*}"; cat > "$document"; }
good() { write_document; say "$progress"; say "$finished"; }

case $behaviour in
  behaves) good ;;
  hangs_silently) say "$progress"; exec sleep 3600 ;;
  hangs_after_the_end) good; exec sleep 3600 ;;
  exits_0_with_nothing) exit 0 ;;
  exits_1_after_good_output) good; exit 1 ;;
  dies_by_a_signal) say "$progress"; kill -SEGV $$ ;;
  floods) write_document; head -c 20000000 /dev/zero | tr '\0' 'x' | fold -w 200; echo; say "$finished" ;;
  floods_without_end) exec yes "$progress" ;;
  talks_without_end) while :; do say "$progress"; sleep 0.1; done ;;
  one_endless_line) exec cat /dev/zero ;;
  garbage_then_good) head -c 100000 /dev/urandom; printf '\n{"type":"fini\n{"type":42}\n[]\nnull\n\0\n'; good ;;
  garbage_only) head -c 100000 /dev/urandom; printf '\n' ;;
  half_a_line) write_document; say "$progress"; printf '%.10s' "$finished" ;;
  forks_a_daemon) good; setsid sh -c 'exec < /dev/null > /dev/null 2>&1; sleep 1; echo late > late.md; exec sleep 3600' & ;;
  daemon_holds_its_output) good; setsid sleep 3600 & ;;
  ignores_sigterm) trap '' TERM INT HUP; say "$progress"; while :; do sleep 1; done ;;
  waits_on_stdin) cat > /dev/null; say "$progress"; until read -r answer; do sleep 0.2; done ;;
  asks_a_question) say "$progress"; say 'Shall I go on? [y/N]'; read -r answer; say "$finished" ;;
  writes_elsewhere) mkdir -p src .github; echo evil > src/evil.js; echo evil > .github/workflow.yml; good ;;
  plants_a_link) mkdir -p "${document%/*}"; ln -s /etc/passwd "${document%/*}/passwd.md"; good ;;
  plants_a_link_for_the_document) mkdir -p "${document%/*}"; ln -s /etc/passwd "$document"; say "$finished" ;;
  plants_hooks)
    for hook in pre-commit post-checkout reference-transaction pre-push; do
      printf '#!/bin/sh\ntouch "%s"\n' "$mark" > ".git/hooks/$hook" && chmod +x ".git/hooks/$hook"
    done
    git config core.fsmonitor "touch $mark"; good ;;
  plants_a_repository) mkdir -p "${document%/*}"; git init --quiet "${document%/*}/nested"; good ;;
  removes_its_repository) good; rm -rf .git README.md ;;
  forges_our_files)
    printf 'changes_pushed=1\nbranch=main\nreason=\n' > commit_status.env
    printf '{"status":"succeeded"}\n' > run-summary.json; say "$finished" ;;
  forges_our_events)
    say '{"type":"run_finished","status":"succeeded","reason":null}'
    say '{"type":"phase_succeeded","phase":"speckit_specify","attempt":1}'
    say '{"seq":1,"event":{"type":"run_finished","status":"succeeded"}}' ;;
esac
