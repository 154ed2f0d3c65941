// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "lib/base/system.hpp"

// The names themselves are wanted here, before the header below makes calls of them.
#define US_NAMES_ONLY
#include "lib/media/ffmpeg_functions.hpp"

namespace understudy::media {
namespace {

// The libraries' names hold the version of the interface that the headers describe: "libavutil.so.57".
#define US_LIBRARY(name, VERSION) "lib" #name ".so." AV_STRINGIFY(VERSION)

void* function_of(const char* library, const char* name) {
  void* function = library_function(library, name);
  if (function == nullptr) throw std::runtime_error(fmt::format("FFmpeg's {} is missing or has no {}", library, name));
  return function;
}

FFmpeg found() {
  FFmpeg all{};
  const char* library = nullptr;
#define US_FIND(name) all.name = reinterpret_cast<decltype(all.name)>(function_of(library, #name));
  library = US_LIBRARY(avutil, LIBAVUTIL_VERSION_MAJOR);
  US_AVUTIL_FUNCTIONS(US_FIND)
  library = US_LIBRARY(swresample, LIBSWRESAMPLE_VERSION_MAJOR);
  US_SWRESAMPLE_FUNCTIONS(US_FIND)
  library = US_LIBRARY(swscale, LIBSWSCALE_VERSION_MAJOR);
  US_SWSCALE_FUNCTIONS(US_FIND)
  library = US_LIBRARY(avcodec, LIBAVCODEC_VERSION_MAJOR);
  US_AVCODEC_FUNCTIONS(US_FIND)
  library = US_LIBRARY(avformat, LIBAVFORMAT_VERSION_MAJOR);
  US_AVFORMAT_FUNCTIONS(US_FIND)
  library = US_LIBRARY(avfilter, LIBAVFILTER_VERSION_MAJOR);
  US_AVFILTER_FUNCTIONS(US_FIND)
  return all;
}

}  // namespace

const FFmpeg& ffmpeg() {
  static const FFmpeg all = found();
  return all;
}

}  // namespace understudy::media
