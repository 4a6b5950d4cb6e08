declare module 'csv-spectrum' {
  export default function csvSpectrum(
    done: (error: Error | null | undefined, data: { name: string; csv: Buffer; json: Buffer }[]) => void,
  ): void;
}
