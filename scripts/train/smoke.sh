#!/usr/bin/env bash
# Every step of the training once, on a few dozen pictures and for a few seconds, in a temporary folder.
# What comes out knows nothing; it shows that the scripts run and that `pnpm add-model` takes what they write.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
data=$(mktemp -d)
trap 'rm -rf "$data" "$here/../../public/models/smoke-model"' EXIT
cd "$here/../.."

npx tsx scripts/train/render-emoji.ts "$data" --styles fluent-emoji-flat --limit 48
"$python" scripts/train/smoke_photos.py "$data"
"$python" scripts/train/prepare_tiny_imagenet.py "$data/tiny-imagenet-200" "$data"
"$python" scripts/train/make_tokenizer.py "$data" --vocabulary 1024
# The flat Fluent style is held out of stage 1, so a smoke run of that stage needs it under another name.
sed -i 's/fluent-emoji-flat/smoke/g' "$data/emoji.json"
"$python" scripts/train/train.py "$data" "$data/stage1.pt" --seconds "${SECONDS_EACH:-10}"
"$python" scripts/train/train.py "$data" "$data/joint.pt" --seconds "${SECONDS_EACH:-10}" --start "$data/stage1.pt"
"$python" scripts/train/export.py "$data" "$data/joint.pt" "$data/smoke-model"
npx tsx scripts/add-model.ts "$data/smoke-model" --id smoke-model
echo 'The smoke run is through.'
