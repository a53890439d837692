import type { TableSpec } from '../../../../src/pipeline/source/table-spec.ts';
import type { SeededRandom } from './random.ts';
import type { Scene } from './scene.ts';

/** One kind of thing that goes on at a source, which the checker can be told to add. */
export interface Kind {
  /** Statements that prepare what it needs, such as tables of its own. */
  readonly schema?: readonly string[];
  /** Of those tables, the ones that are extracted and compared. */
  readonly tables?: readonly TableSpec[];
  /** What the writers mix with their own statements: those of one step, together in one transaction. */
  readonly statements?: (random: SeededRandom) => readonly string[];
  /** Works beside the writers until the scene ends, and leaves nothing open. */
  readonly disturb?: (scene: Scene) => Promise<void>;
  /**
   * What it counts in the scene, a step of its statements under the first name; a check in which that never happened has
   * checked nothing.
   */
  readonly counts: readonly [string, ...string[]];
  /** What a run may complain of while this goes on, and end: it must not be wrong. */
  readonly excuses?: RegExp;
}
