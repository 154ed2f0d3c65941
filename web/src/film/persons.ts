/** Persons are told apart by colour; one without a number is grey. */
const colours = ['#e0a23a', '#6fb1d8', '#93c47d', '#cf8fc4', '#d9d08f', '#8fd0c5', '#d88f7c', '#a9a3dc'];
export const personColour = (person: number): string => (person < 0 ? '#b5b5b5' : (colours[person % colours.length] as string));
