/**
 * Text in the form in which it is compared without regard to case (RFC 7643 §2.2, `caseExact` false). Every character is
 * folded by itself, so that the form of a part is a part of the form: `toLowerCase` alone makes a sigma at the end of a
 * word another one (ς) than within it, and `sw "ΝΙΚΟΣ"` would miss ΝΙΚΟΣΤΡΑΤΟΣ.
 */
export function folded(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}
