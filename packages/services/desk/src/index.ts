export { callViewOf, type Looking, partIn, transcriptLineOf } from "./call-view.ts";
export { reduceStory } from "./reduce-story.ts";
export {
  beginStory,
  type CallStory,
  type StoryEvent,
  type StoryFact,
  type StoryLine,
  type StoryOpening,
} from "./story.ts";
