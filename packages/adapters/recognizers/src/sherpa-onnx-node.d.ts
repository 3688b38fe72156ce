/** The part of sherpa-onnx-node 1.13.8 used here; the package brings JSDoc but no declarations. */
declare module "sherpa-onnx-node" {
  export type OfflineRecognizerConfig = {
    readonly featConfig: { readonly sampleRate: number; readonly featureDim: number };
    readonly modelConfig: {
      readonly whisper?: {
        readonly encoder: string;
        readonly decoder: string;
        readonly language: string;
        readonly task: "transcribe";
        readonly tailPaddings: number;
      };
      readonly zipformerCtc?: { readonly model: string };
      readonly tokens: string;
      readonly numThreads: number;
      readonly provider: "cpu";
      readonly debug: 0 | 1;
    };
  };

  export type OfflineResult = {
    readonly text: string;
    /** Whisper: the language it was asked to find. */
    readonly lang: string;
    readonly tokens: readonly string[];
    /** Seconds, one a token; empty for Whisper. */
    readonly timestamps: readonly number[];
  };

  export interface OfflineStream {
    /** Ends the input: it can be called once a stream. */
    acceptWaveform(wave: { samples: Float32Array; sampleRate: number }): void;
  }

  export class OfflineRecognizer {
    constructor(config: OfflineRecognizerConfig);
    createStream(): OfflineStream;
    decode(stream: OfflineStream): void;
    getResult(stream: OfflineStream): OfflineResult;
  }

  export type OnlineRecognizerConfig = {
    readonly featConfig: { readonly sampleRate: number; readonly featureDim: number };
    readonly modelConfig: {
      readonly transducer: { readonly encoder: string; readonly decoder: string; readonly joiner: string };
      readonly tokens: string;
      readonly numThreads: number;
      readonly provider: "cpu";
      readonly debug: 0 | 1;
      /** How hotwords are cut into the model's tokens; `bpe` needs `bpeVocab`. */
      readonly modelingUnit?: "bpe";
      readonly bpeVocab?: string;
    };
    /** Hotwords need `modified_beam_search`. */
    readonly decodingMethod: "greedy_search" | "modified_beam_search";
    readonly maxActivePaths?: number;
    readonly enableEndpoint: 0 | 1;
    readonly hotwordsFile?: string;
    readonly hotwordsScore?: number;
  };

  export type OnlineResult = {
    readonly text: string;
    /** A leading space stands for "▁": a new word. */
    readonly tokens: readonly string[];
    /** Seconds, one a token: when it was emitted, a multiple of 40 ms. */
    readonly timestamps: readonly number[];
    /** Natural logarithms of the tokens' probabilities, one a token. */
    readonly ys_probs: readonly number[];
  };

  export interface OnlineStream {
    acceptWaveform(wave: { samples: Float32Array; sampleRate: number }): void;
    inputFinished(): void;
  }

  /** A file that ONNX Runtime cannot read ends the whole process. */
  export class OnlineRecognizer {
    constructor(config: OnlineRecognizerConfig);
    createStream(): OnlineStream;
    /** Enough sound waits for one more chunk. */
    isReady(stream: OnlineStream): boolean;
    decode(stream: OnlineStream): void;
    getResult(stream: OnlineStream): OnlineResult;
  }

  const sherpa: {
    readonly OfflineRecognizer: typeof OfflineRecognizer;
    readonly OnlineRecognizer: typeof OnlineRecognizer;
  };
  export default sherpa;
}
