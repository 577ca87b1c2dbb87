#!/usr/bin/env bash
# Every step of the training once, on a few dozen pictures and for a few seconds, in a temporary folder.
# What comes out knows nothing; it shows that the scripts run and that `pnpm add-model` takes what they write.
#
#     scripts/train/smoke.sh [FOLDER OF PHOTOGRAPHS]      without one, photographs are painted
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
photos=${1:+$(cd "$1" && pwd)}
python=${PYTHON:-/usr/bin/python3}
seconds=${SECONDS_EACH:-10}
work=$(mktemp -d)
trap 'rm -rf "$work" "$here/../../public/models/smoke-model"' EXIT
cd "$here/../.."

py() {
  local script=$1
  shift
  echo "+ $script.py"
  "$python" -m "scripts.train.${script//\//.}" "$@"
}
ts() {
  local script=$1
  shift
  echo "+ $script.ts"
  npx tsx "scripts/train/$script.ts" "$@"
}

py smoke/smoke_sources "$work" ${photos:+--photos "$photos"}
py pictures/extract_photos "$work"
py pictures/find_duplicates "$work"
ts pictures/render-drawings "$work" --emoji fluent-emoji-flat --icons '' --limit 48
ts pictures/render-clipart "$work"
py words/make_tokenizer "$work" --vocabulary 1024
py pictures/pack_pictures "$work" tin --quality 60
py pictures/pack_pictures "$work" photo --quality 60
py words/build_corpus "$work"
py pictures/pack_pictures "$work" drawing --quality 62
py pictures/pack_judged "$work"

py towers/train "$work" "$work/trained.pt" --seconds "$seconds" --photos 24 --drawings 12 --words 32 --least-of-class 1 --every 5
py towers/repair "$work" "$work/trained.pt" "$work/repaired.pt" --cache "$seconds" --fit "$seconds"

py words/phrases "$work" --limit 400
py words/concept_texts "$work"
py smoke/smoke_teacher "$work" # in place of embed-phrases.ts
py towers/teach "$work"
py towers/embed_pictures "$work" "$work/repaired.pt"
py towers/train_text "$work" "$work/repaired.pt" "$work/taught.pt" --seconds "$seconds"
py towers/average "$work/repaired.pt" "$work/taught.pt" "$work/averaged.pt"

py out/export "$work" "$work/averaged.pt" "$work/smoke-model"
ts out/verify "$work/smoke-model"
ts out/evaluate "$work" --model "$work/smoke-model" --parts photos,tiny
npx tsx scripts/add-model.ts "$work/smoke-model" --id smoke-model
echo 'The smoke run is through.'
