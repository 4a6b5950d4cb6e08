import type { Command } from 'commander';

export function addTail(_program: Command): void {}
