import type { AllTexts } from "./ko.ts";

export const en: AllTexts = {
  page: {
    loading: "Loading",
    unreachable: "The server cannot be reached",
    broken: "This screen could not be drawn",
    brokenHelp: "Try again. If it goes on, tell your administrator.",
    tryAgain: "Try again",
    notFound: "There is no such screen",
    notFoundHelp: "Its address has changed, or it is gone.",
    home: "To the start",
  },
};
