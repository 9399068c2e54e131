/** What Falco says of items that change another one, in its words: programs look for them. */
export const definitionMessages = {
  appendKey:
    "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.",
  enabledKey:
    "The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' entry under the 'override' key (i.e. 'enabled: replace').",
  overrideWithAppend:
    "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.",
  noMacro: "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists",
  noList: "List uses 'append' or 'override.items: append' but no list by that name already exists",
  noRuleToAppend: "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists",
  noRuleToReplace:
    "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists",
  noRuleToEnable: "Rule has 'enabled' key but no rule by that name already exists",
} as const;
