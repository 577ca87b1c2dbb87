/** Why a picture is not read though nothing of it is damaged, as a sentence for a person. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
