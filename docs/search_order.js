// The order of the site's search: what explains comes first, then the references. Names of parameters, of which each function has
// some, come behind all that, and so do the decisions, which tell why something is as it is and not what it is.
// The numbers are Sphinx's own; only score() is of this project.
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,

  score: ([page, , , description, score]) => {
    if (/parameter/.test(description)) return score - 30;
    if (page.startsWith("decisions/")) return score - 20;
    if (page.startsWith("reference/")) return score;
    return page === "guide/words" ? score + 14 : score + 10;
  },
};
