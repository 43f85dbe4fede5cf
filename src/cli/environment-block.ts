/** Variables as lines that a POSIX shell takes when they are pasted. */
export function environmentBlock(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`)
    .join('\n');
}
