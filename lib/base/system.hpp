// SPDX-License-Identifier: Apache-2.0
// The operating system, all in one place: everything that a port to Windows or macOS has to write again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy {

void catch_stop_signals();  // SIGINT and SIGTERM set a flag; the second one ends the process at once
bool stop_signalled();

unsigned cpu_threads();                   // processors this process may use
int thread_count(int wanted);             // as many as wanted; for 0, one per processor
std::string host_name();                  // as the network knows this machine; "?" when it has no name
std::string cpu_name();                   // "AMD EPYC 9B14"
std::vector<std::string> cpu_features();  // those that matter: avx2, avx512f, avx512_bf16, amx_bf16, …
std::uint64_t memory_total();             // bytes
std::uint64_t memory_available();
std::uint64_t memory_resident();  // this process now, bytes
std::uint64_t memory_peak();      // this process's largest resident size so far, bytes
std::uint64_t disk_free(const fs::path&);
// Another number when a file's content or entry was changed (mtime and ctime); 0 when it cannot be asked.
std::uint64_t change_stamp(const fs::path&);
fs::path executable_path();
bool is_terminal_stderr();
int terminal_columns();  // of standard error; 80 when unknown
// For libraries that are steered by the environment; keeps what the user has set. Call before threads start.
void set_environment_default(const char* name, const char* value);
bool load_library(const char* name);  // dlopen, globally visible; false when it is not there
// A function of a library by its plain name; null when either is not there.
void* library_function(const char* library, const char* function);
void prefer_huge_pages(void* block, std::size_t bytes);  // a wish, silently ignored where the system has none
// Memory that was given back stays the process's for the next picture, up to 64 MB a thread's heap: asking the system
// for each picture anew took a third of the time that measuring it took. Call before threads start.
void keep_freed_memory();
// Runs another program in place of this one, with these arguments (the first is the name it is called by). Comes back
// only when that cannot be done.
Error become(const fs::path& program, char** arguments);
void sleep_seconds(double);
// What stands ready on standard input, waiting at most that long: may be empty; nothing once it is closed.
std::optional<std::string> read_standard_input(double seconds);
double wall_time();  // seconds since 1970

}  // namespace understudy
