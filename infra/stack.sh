# shellcheck shell=sh
# Which processes of the stack in $dir run; for `up` and `down`.
: "${dir:?}"

pid=

# Tells a process from a later one with the same number.
began() { ps -o lstart= -p "$1" 2>/dev/null; }

# remember NAME PID
remember() { printf '%s %s\n' "$2" "$(began "$2")" >"$dir/$1.pid"; }

# runs NAME: whether the one that was remembered is alive; its number is then $pid.
runs() {
  [ -f "$dir/$1.pid" ] || return 1
  pid=$(cut -d ' ' -f 1 "$dir/$1.pid")
  [ -n "$(began "$pid")" ] && [ "$pid $(began "$pid")" = "$(cat "$dir/$1.pid")" ]
}
