/** A name that nothing else has. */
export function token() {
  const [number] = crypto.getRandomValues(new BigUint64Array(1))
  return number.toString(36)
}
