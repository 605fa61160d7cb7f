#!/usr/bin/env bash
# Install a bundle into a fresh environment and run the demo, all of it in an empty network namespace.
#   offline/check.sh [BUNDLE] [core|all]
set -euo pipefail
bundle=$(realpath "${1:-dist/bundle}")
what=${2:-core}
python=${PYTHON:-python3.11}

if [ "${SYNTHASSAY_NO_NETWORK:-}" != yes ]; then
  exec unshare --user --map-root-user --net env SYNTHASSAY_NO_NETWORK=yes "$0" "$bundle" "$what"
fi

# In the namespace there is a loopback device that is down, and nothing else: whatever asks for a host fails.
if "$python" -c 'import socket; socket.create_connection(("1.1.1.1", 443), 2)' 2>/dev/null; then
  echo "There is a network here, so that nothing is proven." >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$bundle" && sha256sum --check --quiet SHA256SUMS)
"$python" -m venv "$work/venv"
if [ "$what" = all ]; then
  links=(--find-links "$bundle/wheels" --find-links "$bundle/wheels-all" "synthassay[all]")
else
  links=(--find-links "$bundle/wheels" synthassay)
fi
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-index "${links[@]}"
cd "$work"
export SYNTHASSAY_STATE="$work/state"
test -f "$(venv/bin/synthassay docs --path)"
venv/bin/synthassay run "$bundle/demo.yaml" --out runs --json | tee verdicts.json
venv/bin/synthassay verify runs
venv/bin/python - <<'PY'
import json, pathlib, re
told = json.loads(pathlib.Path("verdicts.json").read_text())
report = pathlib.Path(told["run"], "report.html").read_text()
assert told["verdicts"]["trees"] in ("accept", "reject", "mitigate", "inconclusive"), told
page = re.sub(r"<script[^>]*>.*?</script>", "", report, flags=re.DOTALL)  # plotly's own text names addresses
asking = re.findall(r'<(?:script|img|iframe|link)[^>]* (?:src|href)="?https?:', page + "".join(re.findall(r"<script[^>]*>", report)))
assert not asking, asking
PY
echo "Installed ($what), run and verified without a network."
