// Asks for all that the library of npm's `linky` can ask for, and prints it as JSON.
import { Session } from "linky";

const [token, start, end] = process.argv.slice(2);
const session = new Session(token);
const answers = {};
for (const name of [
  "getDailyConsumption",
  "getLoadCurve",
  "getMaxPower",
  "getDailyProduction",
  "getProductionLoadCurve",
]) {
  answers[name] = await session[name](start, end);
}
let refused;
try {
  await session.getDailyConsumption("2010-01-01", "2010-01-03");
} catch (error) {
  refused = { code: error.code, response: error.response };
}
console.log(JSON.stringify({ answers, refused }));
