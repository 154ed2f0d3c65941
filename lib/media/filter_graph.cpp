// SPDX-License-Identifier: Apache-2.0
#include "lib/media/filter_graph.hpp"

#include <cstring>

#include "lib/media/ffmpeg.hpp"

namespace understudy::media {
namespace {

struct FreeGraph {
  void operator()(AVFilterGraph* p) const { avfilter_graph_free(&p); }
};

}  // namespace

struct FilterGraph::Impl {
  int width = 0, height = 0;
  std::unique_ptr<AVFilterGraph, FreeGraph> graph;
  AVFilterContext* source = nullptr;
  AVFilterContext* sink = nullptr;
  std::int64_t pushed = 0;
};

FilterGraph::FilterGraph(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FilterGraph::FilterGraph(FilterGraph&&) noexcept = default;
FilterGraph& FilterGraph::operator=(FilterGraph&&) noexcept = default;
FilterGraph::~FilterGraph() = default;

Result<FilterGraph> FilterGraph::open(int width, int height, const std::string& description,
                                      const std::string& pixel_format) {
  be_quiet();
  auto impl = std::make_unique<Impl>();
  impl->width = width;
  impl->height = height;
  impl->graph.reset(avfilter_graph_alloc());
  impl->graph->nb_threads = 1;  // callers run several graphs side by side
  constexpr const char* exact = "flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp";
  const std::string chain = fmt::format(
      "buffer@in=video_size={}x{}:pix_fmt=bgr48le:time_base=1/"
      "25,scale={}:out_color_matrix=bt709:out_range=full,format={},{},"
      "scale={}:in_color_matrix=bt709:in_range=full,format=bgr48le,buffersink@out",
      width, height, exact, pixel_format, description, exact);
  AVFilterInOut *inputs = nullptr, *outputs = nullptr;
  int code = avfilter_graph_parse2(impl->graph.get(), chain.c_str(), &inputs, &outputs);
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  if (code >= 0) code = avfilter_graph_config(impl->graph.get(), nullptr);
  if (code < 0) return fail(Code::external, "This FFmpeg cannot filter with '{}': {}", description, av_error(code));
  impl->source = avfilter_graph_get_filter(impl->graph.get(), "buffer@in");
  impl->sink = avfilter_graph_get_filter(impl->graph.get(), "buffersink@out");
  if (!impl->source || !impl->sink) return fail(Code::internal, "The filter '{}' has no ends", description);
  return FilterGraph(std::move(impl));
}

Result<ImageU16> FilterGraph::filter(const ImageU16& bgr) {
  auto& i = *impl_;
  check(bgr.width == i.width && bgr.height == i.height && bgr.channels == 3,
        "pictures of the size the graph was made for");
  const std::size_t row_bytes = static_cast<std::size_t>(i.width) * 3 * sizeof(std::uint16_t);
  FramePtr frame(av_frame_alloc());
  frame->width = i.width;
  frame->height = i.height;
  frame->format = AV_PIX_FMT_BGR48LE;
  frame->color_range = AVCOL_RANGE_JPEG;
  frame->pts = i.pushed++;
  if (av_frame_get_buffer(frame.get(), 0) < 0)
    return fail(Code::out_of_memory, "No memory for a {}x{} frame", i.width, i.height);
  for (int y = 0; y < i.height; ++y) std::memcpy(frame->data[0] + y * frame->linesize[0], bgr.row(y), row_bytes);
  int code = av_buffersrc_add_frame(i.source, frame.get());
  FramePtr out(av_frame_alloc());
  if (code >= 0) code = av_buffersink_get_frame(i.sink, out.get());
  if (code < 0) return fail(Code::external, "Cannot filter a frame: {}", av_error(code));
  ImageU16 result(i.width, i.height, 3);
  for (int y = 0; y < i.height; ++y) std::memcpy(result.row(y), out->data[0] + y * out->linesize[0], row_bytes);
  return result;
}

}  // namespace understudy::media
