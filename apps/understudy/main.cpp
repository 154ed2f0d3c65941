// SPDX-License-Identifier: Apache-2.0
// The command line: global flags, the table of verbs, and the two readers of a job's events.
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/understudy/command_reader.hpp"
#include "apps/understudy/terminal.hpp"
#include "apps/understudy/verbs.hpp"
#include "lib/base/end_process.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/base/workers.hpp"
#include "lib/jobs/job_log.hpp"
#include "lib/options/options.hpp"
#include "lib/project/workspace.hpp"

namespace understudy {
namespace {

struct Globals {
  std::string workspace = ".";
  std::string job;  // its name, from who starts it
  bool json = false;
};

// What CLI11 knows of one verb, and the task that its flags configure.
struct BoundVerb {
  explicit BoundVerb(Verb v) : verb(std::move(v)), task(verb.prepare()) {}
  Verb verb;
  Task task;
  CLI::App* app = nullptr;
  std::shared_ptr<std::map<std::string, std::string>> positionals =
      std::make_shared<std::map<std::string, std::string>>();
  std::shared_ptr<Result<>> refusal = std::make_shared<Result<>>();
};

CLI::App* command_for(CLI::App& app, const Verb& verb) {
  const auto words = split(verb.name, ' ');
  CLI::App* parent = &app;
  if (words.size() == 2) {
    const auto groups = app.get_subcommands([&](const CLI::App* sub) { return sub->get_name() == words[0]; });
    parent = groups.empty() ? app.add_subcommand(words[0], "")->require_subcommand(1) : groups.front();
    if (parent->get_require_subcommand_min() == 0)
      parent->require_subcommand(0, 1);  // "merge", a verb that has others below it
    else
      parent->description(parent->get_description() + (parent->get_description().empty() ? "" : " | ") + words[1]);
  }
  CLI::App* command = parent->add_subcommand(words.back(), verb.summary);
  std::string examples;
  for (const auto& line : split(verb.examples, '\n'))
    examples += "\n  " + line.substr(std::min(line.size(), line.find_first_not_of(' ')));
  if (!verb.examples.empty()) command->footer("\nExamples:" + examples);
  return command;
}

void bind(CLI::App& app, BoundVerb& bound) {
  bound.app = command_for(app, bound.verb);
  for (const auto& p : bound.verb.positionals) {
    auto take = [values = bound.positionals, refusal = bound.refusal, p](const std::string& text) {
      if (!p.choices.empty() && std::find(p.choices.begin(), p.choices.end(), text) == p.choices.end() && *refusal) {
        *refusal = fail(Code::bad_option, "{} is one of {}, not '{}'", p.name, fmt::join(p.choices, ", "), text);
      }
      (*values)[p.name] = text;
    };
    auto* option = bound.app->add_option_function<std::string>(p.name, take, p.help);
    option->type_name(p.choices.empty() ? "TEXT" : fmt::format("{}", fmt::join(p.choices, "|")));
    if (p.required) option->required();
  }
  add_to_cli(*bound.app, bound.task.rows, *bound.refusal);
}

int refuse(const Error& error) {
  std::fprintf(stderr, "understudy: %s\n", terminal_text(to_sentence(error)).c_str());
  return exit_status(error.code);
}

std::string command_line(int argc, char** argv) {
  std::string line = "understudy";
  for (int i = 1; i < argc; ++i) line += std::string(" ") + argv[i];
  return line;
}

StartedEvent start_of(const BoundVerb& bound, const Call& call, const std::string& job, const std::string& line) {
  std::error_code error;
  StartedEvent started;
  started.job = job;
  started.verb = bound.verb.name;
  started.version = UNDERSTUDY_VERSION;
  const auto workspace = fs::absolute(call.workspace, error).lexically_normal();
  started.workspace = (workspace.has_filename() ? workspace : workspace.parent_path()).string();  // "." ends in a slash
  started.command = line;
  started.positionals = json_text(call.positionals);
  started.options = json_text(changed_options_to_json(bound.task.rows));
  return started;
}

// Where the job's log goes; nothing without a workspace. Sweeps what killed jobs left where all verbs write.
fs::path jobs_folder(const BoundVerb& bound, const Call& call) {
  const auto& own = bound.verb.makes_workspace;
  const auto workspace = own.empty() ? open_workspace(call.workspace)
                                     : create_workspace(call.workspace == "." ? fs::path(own) : call.workspace);
  if (!workspace || !bound.verb.keeps_log) return {};
  if (own.empty() && !is_workspace(*workspace)) return {};
  remove_temporaries(workspace->root);  // each step clears its own folders
  remove_temporaries(workspace->state());
  return workspace->state() / "jobs";
}

// The work, while commands are read.
Result<std::string> work_on(const BoundVerb& bound, const Call& call, bool by_json, Run& run) {
  const bool keys = !by_json && bound.verb.name.starts_with("train ") && is_terminal_stdin();
  if (keys) run.note(std::string(key_line));
  const CommandReader commands(by_json ? CommandSource::json_lines
                               : keys  ? CommandSource::keys
                                       : CommandSource::none,
                               run);
  return walled([&] { return bound.task.perform(call, run); });
}

int perform(const BoundVerb& bound, const Globals& globals, const std::string& line) {
  if (!*bound.refusal) return refuse(bound.refusal->error());
  const Call call{globals.workspace, *bound.positionals};
  JobLog log(jobs_folder(bound, call), start_of(bound, call, globals.job, line), globals.json ? stdout : nullptr);
  if (log.begun_before()) return refuse({Code::busy, fmt::format("The job {} was begun before", log.job()), {}, {}});
  TerminalReader terminal;
  std::function<void()> stop;
  Run run([&](const Event& event) {
    log.add(event);
    if (!globals.json) terminal.show(event);
    if (log.stream_closed()) stop();  // whoever started this is gone: nobody would ever end it
  });
  stop = [&run] { run.request_stop(); };
  const auto report = work_on(bound, call, globals.json, run);
  terminal.finish();
  if (!report) {
    run.event(
        ErrorEvent{std::string(code_name(report.error().code)), to_sentence(report.error()), report.error().hint});
    return globals.json ? exit_status(report.error().code) : refuse(report.error());
  }
  run.event(DoneEvent{*report});
  if (globals.json) return 0;
  const auto text = bound.verb.show ? bound.verb.show(*report) : json_text(nlohmann::json::parse(*report), 1) + "\n";
  std::fputs(text.c_str(), stdout);
  return 0;
}

// Another program takes over this process, with the same arguments.
int hand_on(const fs::path& program, char** argv) {
  const auto error = become(program, argv);
  return refuse({error.code, error.message, "It lies beside this one when all is built: run make again.", {}});
}

// CLI11 only says that something is unknown; say what was probably meant.
int wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
  std::string text = error.what();
  const CLI::App* deepest = &app;
  for (auto subs = deepest->get_subcommands(); !subs.empty(); subs = deepest->get_subcommands()) deepest = subs.front();
  std::vector<std::string> known;
  for (const auto* option : deepest->get_options()) {
    for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  }
  for (const auto* sub : deepest->get_subcommands([](const CLI::App*) { return true; }))
    known.push_back(sub->get_name());
  for (const auto& rest : app.remaining(true)) {
    text = fmt::format("'{}' is not known here.{}", rest, did_you_mean(rest.substr(0, rest.find('=')), known));
    break;
  }
  std::string name;
  for (const auto* sub = deepest; sub != &app; sub = sub->get_parent()) name = " " + sub->get_name() + name;
  std::fprintf(stderr, "understudy: %s\nSee: understudy%s --help\n", terminal_text(text).c_str(), name.c_str());
  return 2;
}

// The verb that was called: "merge set" also parses "merge".
const BoundVerb* called_verb(const std::vector<BoundVerb>& verbs) {
  const BoundVerb* called = nullptr;
  for (const auto& bound : verbs) {
    if (bound.app->parsed() && (!called || bound.verb.name.size() > called->verb.name.size())) called = &bound;
  }
  return called;
}

// "merge set --erode 5" gives an option to the verb above, where nobody would read it.
std::optional<Error> option_of_another(const CLI::App& app, const BoundVerb& bound) {
  const CLI::App* parent = bound.app->get_parent();
  if (parent == &app) return {};
  for (const auto* option : parent->get_options()) {
    if (option->count() == 0) continue;
    return Error{Code::bad_option,
                 fmt::format("{} is an option of 'understudy {}', not of 'understudy {}'", option->get_name(),
                             parent->get_name(), bound.verb.name),
                 fmt::format("See: understudy {} --help", bound.verb.name),
                 {}};
  }
  return {};
}

// docs/options.md: every verb's options from the rows that the command line itself is made of.
std::string options_page(const std::vector<BoundVerb>& verbs) {
  std::string page =
      "# Every option of every verb\n\nWritten by `understudy --options-markdown`; a test compares the two.\n";
  for (const auto& bound : verbs) {
    page += fmt::format("\n## {}\n\n{}.\n", bound.verb.name, bound.verb.summary);
    for (const auto& p : bound.verb.positionals)
      page += fmt::format("\n`{}`{}: {}\n", p.name, p.required ? "" : " (may be left out)", p.help);
    if (!bound.task.rows.empty()) page += "\n" + options_markdown(bound.task.rows);
  }
  return page;
}

int main_of(int argc, char** argv) {
  install_stop_signals();
  keep_freed_memory();
  // OpenVINO's thread library complains on standard error where there is no /sys (containers) and works all the same.
  set_environment_default("HWLOC_HIDE_ERRORS", "2");
  CLI::App app(
      "understudy: face replacement from two videos to a finished one.\nPeople's faces are theirs: use it with "
      "consent. Results are marked as synthetic.",
      "understudy");
  Globals globals;
  app.add_option("-w,--workspace", globals.workspace, "The workspace folder (default: the current folder)");
  app.add_option("--job", globals.job, "The job's name, from who starts it and will look for its log")
      ->check([](const std::string& name) { return is_job_name(name) ? "" : "a job is named 1732859104.123-verb"; })
      ->group("");
  app.add_flag("--json", globals.json, "Report events as JSON lines on standard output");
  app.set_version_flag("--version", UNDERSTUDY_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  std::vector<BoundVerb> verbs;
  for (auto& verb : all_verbs()) verbs.emplace_back(std::move(verb));
  for (auto& bound : verbs) {
    bind(app, bound);
    bound.app->fallthrough();
    if (bound.app->get_parent() != &app) bound.app->get_parent()->fallthrough();
  }
  app.add_flag_callback(
         "--options-markdown",
         [&] {
           std::printf("%s", options_page(verbs).c_str());
           throw CLI::Success();
         },
         "Print the table of all options for the documentation")
      ->group("");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& e) {
    return app.exit(e);
  } catch (const CLI::CallForVersion& e) {
    return app.exit(e);
  } catch (const CLI::Success&) {
    return 0;
  } catch (const CLI::ParseError& e) {
    return wrong_usage(app, e);
  }
  const BoundVerb* called = called_verb(verbs);
  if (!called) return 2;
  if (const auto wrong = option_of_another(app, *called)) return refuse(*wrong);
  const auto program = program_for(called->verb);
  return program.empty() ? perform(*called, globals, command_line(argc, argv)) : hand_on(program, argv);
}

}  // namespace
}  // namespace understudy

int main(int argc, char** argv) { understudy::end_process(understudy::main_of(argc, argv)); }
