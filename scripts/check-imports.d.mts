export function checkFile(path: string, text: string): string[];
export function checkImports(): string[];
