// SPDX-License-Identifier: Apache-2.0
#include "lib/media/deinterlacer.hpp"

namespace understudy::media {

void Deinterlacer::FreeGraph::operator()(AVFilterGraph* graph) const { avfilter_graph_free(&graph); }

bool Deinterlacer::open(const AVFrame& frame) {
  graph_.reset(avfilter_graph_alloc());
  const std::string chain = fmt::format(
      "buffer@in=video_size={}x{}:pix_fmt={}:time_base={}/{},bwdif=mode=send_frame:parity=auto:deint=interlaced,"
      "buffersink@out",
      frame.width, frame.height, frame.format, time_base_.num, time_base_.den);
  AVFilterInOut *inputs = nullptr, *outputs = nullptr;
  int code = avfilter_graph_parse2(graph_.get(), chain.c_str(), &inputs, &outputs);
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  if (code >= 0) code = avfilter_graph_config(graph_.get(), nullptr);
  source_ = avfilter_graph_get_filter(graph_.get(), "buffer@in");
  sink_ = avfilter_graph_get_filter(graph_.get(), "buffersink@out");
  return code >= 0 && source_ && sink_;
}

bool Deinterlacer::push(AVFrame* frame) {
  if (!frame) return !graph_ || av_buffersrc_add_frame(source_, nullptr) >= 0;
  if (!graph_ && !open(*frame)) return false;
  frame->pts = frame->best_effort_timestamp;
  return av_buffersrc_add_frame(source_, frame) >= 0;
}

bool Deinterlacer::pull(AVFrame& frame) {
  if (!graph_) return false;
  av_frame_unref(&frame);
  if (av_buffersink_get_frame(sink_, &frame) < 0) return false;
  // The filter counts in half ticks, to have room for two frames from one.
  if (frame.pts != AV_NOPTS_VALUE) frame.pts = av_rescale_q(frame.pts, av_buffersink_get_time_base(sink_), time_base_);
  frame.best_effort_timestamp = frame.pts;
  return true;
}

void Deinterlacer::restart() { graph_.reset(); }

}  // namespace understudy::media
