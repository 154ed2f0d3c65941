// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: FFmpeg's functions, found when the first of them is called. Its six libraries bring some 150
// others, and loading them takes longer than most verbs that have nothing to do with videos take in all
// (docs/decisions/start-up.md). Nothing links FFmpeg, so that a function missing here is an error of the linker.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/hwcontext.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
#define US_STREAM_SIDE_DATA(F)
#define US_CODED_SIDE_DATA(F) F(av_packet_side_data_get)
#else
#define US_STREAM_SIDE_DATA(F) F(av_stream_get_side_data)
#define US_CODED_SIDE_DATA(F)
#endif

// clang-format off
#define US_AVUTIL_FUNCTIONS(F) \
  F(av_buffer_ref) F(av_buffer_unref) F(av_channel_layout_copy) F(av_channel_layout_default) F(av_d2q) \
  F(av_dict_copy) F(av_dict_free) F(av_dict_get) F(av_dict_set) F(av_frame_alloc) F(av_frame_copy_props) F(av_frame_free) \
  F(av_frame_get_buffer) F(av_frame_get_side_data) F(av_frame_unref) F(av_free) F(av_hwdevice_ctx_create) \
  F(av_hwdevice_get_type_name) F(av_hwframe_transfer_data) F(av_log_set_level) F(av_pix_fmt_desc_get) \
  F(av_rescale_q) F(av_strerror) F(av_version_info)
#define US_SWRESAMPLE_FUNCTIONS(F) \
  F(swr_alloc_set_opts2) F(swr_convert) F(swr_free) F(swr_get_delay) F(swr_init) F(swr_inject_silence)
#define US_SWSCALE_FUNCTIONS(F) \
  F(sws_freeContext) F(sws_getCoefficients) F(sws_getContext) F(sws_scale) F(sws_setColorspaceDetails)
#define US_AVCODEC_FUNCTIONS(F) \
  F(av_packet_alloc) F(av_packet_free) F(av_packet_rescale_ts) F(av_packet_unref) F(avcodec_alloc_context3) \
  F(avcodec_find_decoder) F(avcodec_find_encoder) F(avcodec_find_encoder_by_name) F(avcodec_flush_buffers) \
  F(avcodec_free_context) F(avcodec_get_hw_config) F(avcodec_get_name) F(avcodec_open2) F(avcodec_parameters_copy) \
  F(avcodec_parameters_from_context) F(avcodec_parameters_to_context) F(avcodec_receive_frame) \
  F(avcodec_receive_packet) F(avcodec_send_frame) F(avcodec_send_packet) US_CODED_SIDE_DATA(F)
#define US_AVFORMAT_FUNCTIONS(F) \
  F(av_find_best_stream) F(av_interleaved_write_frame) F(av_read_frame) F(av_seek_frame) \
  F(av_stream_new_side_data) F(av_write_trailer) F(avformat_alloc_output_context2) F(avformat_close_input) \
  F(avformat_find_stream_info) F(avformat_free_context) F(avformat_index_get_entries_count) \
  F(avformat_index_get_entry) F(avformat_new_stream) F(avformat_open_input) F(avformat_query_codec) \
  F(avformat_write_header) F(avio_close_dyn_buf) F(avio_closep) F(avio_open) F(avio_open_dyn_buf) F(avio_seek) \
  F(avio_size) US_STREAM_SIDE_DATA(F)
#define US_AVFILTER_FUNCTIONS(F) \
  F(av_buffersink_get_frame) F(av_buffersink_get_time_base) F(av_buffersrc_add_frame) F(avfilter_graph_alloc) \
  F(avfilter_graph_config) F(avfilter_graph_free) F(avfilter_graph_get_filter) F(avfilter_graph_parse2) \
  F(avfilter_inout_free)

namespace understudy::media {

struct FFmpeg {
#define US_MEMBER(name) decltype(&::name) name;
  US_AVUTIL_FUNCTIONS(US_MEMBER) US_SWRESAMPLE_FUNCTIONS(US_MEMBER) US_SWSCALE_FUNCTIONS(US_MEMBER)
  US_AVCODEC_FUNCTIONS(US_MEMBER) US_AVFORMAT_FUNCTIONS(US_MEMBER) US_AVFILTER_FUNCTIONS(US_MEMBER)
#undef US_MEMBER
};
// Throws std::runtime_error with a sentence when a library or one of the functions is not there. Thread-safe.
const FFmpeg& ffmpeg();

}  // namespace understudy::media

#ifndef US_NAMES_ONLY
#define av_buffer_ref (::understudy::media::ffmpeg().av_buffer_ref)
#define av_buffer_unref (::understudy::media::ffmpeg().av_buffer_unref)
#define av_buffersink_get_frame (::understudy::media::ffmpeg().av_buffersink_get_frame)
#define av_buffersink_get_time_base (::understudy::media::ffmpeg().av_buffersink_get_time_base)
#define av_buffersrc_add_frame (::understudy::media::ffmpeg().av_buffersrc_add_frame)
#define av_channel_layout_copy (::understudy::media::ffmpeg().av_channel_layout_copy)
#define av_channel_layout_default (::understudy::media::ffmpeg().av_channel_layout_default)
#define av_d2q (::understudy::media::ffmpeg().av_d2q)
#define av_dict_copy (::understudy::media::ffmpeg().av_dict_copy)
#define av_dict_free (::understudy::media::ffmpeg().av_dict_free)
#define av_dict_get (::understudy::media::ffmpeg().av_dict_get)
#define av_dict_set (::understudy::media::ffmpeg().av_dict_set)
#define av_find_best_stream (::understudy::media::ffmpeg().av_find_best_stream)
#define av_frame_alloc (::understudy::media::ffmpeg().av_frame_alloc)
#define av_frame_copy_props (::understudy::media::ffmpeg().av_frame_copy_props)
#define av_frame_free (::understudy::media::ffmpeg().av_frame_free)
#define av_frame_get_buffer (::understudy::media::ffmpeg().av_frame_get_buffer)
#define av_frame_get_side_data (::understudy::media::ffmpeg().av_frame_get_side_data)
#define av_frame_unref (::understudy::media::ffmpeg().av_frame_unref)
#define av_free (::understudy::media::ffmpeg().av_free)
#define av_hwdevice_ctx_create (::understudy::media::ffmpeg().av_hwdevice_ctx_create)
#define av_hwdevice_get_type_name (::understudy::media::ffmpeg().av_hwdevice_get_type_name)
#define av_hwframe_transfer_data (::understudy::media::ffmpeg().av_hwframe_transfer_data)
#define av_interleaved_write_frame (::understudy::media::ffmpeg().av_interleaved_write_frame)
#define av_log_set_level (::understudy::media::ffmpeg().av_log_set_level)
#define av_packet_alloc (::understudy::media::ffmpeg().av_packet_alloc)
#define av_packet_free (::understudy::media::ffmpeg().av_packet_free)
#define av_packet_rescale_ts (::understudy::media::ffmpeg().av_packet_rescale_ts)
#define av_packet_side_data_get (::understudy::media::ffmpeg().av_packet_side_data_get)
#define av_packet_unref (::understudy::media::ffmpeg().av_packet_unref)
#define av_pix_fmt_desc_get (::understudy::media::ffmpeg().av_pix_fmt_desc_get)
#define av_read_frame (::understudy::media::ffmpeg().av_read_frame)
#define av_rescale_q (::understudy::media::ffmpeg().av_rescale_q)
#define av_seek_frame (::understudy::media::ffmpeg().av_seek_frame)
#define av_stream_get_side_data (::understudy::media::ffmpeg().av_stream_get_side_data)
#define av_stream_new_side_data (::understudy::media::ffmpeg().av_stream_new_side_data)
#define av_strerror (::understudy::media::ffmpeg().av_strerror)
#define av_version_info (::understudy::media::ffmpeg().av_version_info)
#define av_write_trailer (::understudy::media::ffmpeg().av_write_trailer)
#define avcodec_alloc_context3 (::understudy::media::ffmpeg().avcodec_alloc_context3)
#define avcodec_find_decoder (::understudy::media::ffmpeg().avcodec_find_decoder)
#define avcodec_find_encoder (::understudy::media::ffmpeg().avcodec_find_encoder)
#define avcodec_find_encoder_by_name (::understudy::media::ffmpeg().avcodec_find_encoder_by_name)
#define avcodec_flush_buffers (::understudy::media::ffmpeg().avcodec_flush_buffers)
#define avcodec_free_context (::understudy::media::ffmpeg().avcodec_free_context)
#define avcodec_get_hw_config (::understudy::media::ffmpeg().avcodec_get_hw_config)
#define avcodec_get_name (::understudy::media::ffmpeg().avcodec_get_name)
#define avcodec_open2 (::understudy::media::ffmpeg().avcodec_open2)
#define avcodec_parameters_copy (::understudy::media::ffmpeg().avcodec_parameters_copy)
#define avcodec_parameters_from_context (::understudy::media::ffmpeg().avcodec_parameters_from_context)
#define avcodec_parameters_to_context (::understudy::media::ffmpeg().avcodec_parameters_to_context)
#define avcodec_receive_frame (::understudy::media::ffmpeg().avcodec_receive_frame)
#define avcodec_receive_packet (::understudy::media::ffmpeg().avcodec_receive_packet)
#define avcodec_send_frame (::understudy::media::ffmpeg().avcodec_send_frame)
#define avcodec_send_packet (::understudy::media::ffmpeg().avcodec_send_packet)
#define avfilter_graph_alloc (::understudy::media::ffmpeg().avfilter_graph_alloc)
#define avfilter_graph_config (::understudy::media::ffmpeg().avfilter_graph_config)
#define avfilter_graph_free (::understudy::media::ffmpeg().avfilter_graph_free)
#define avfilter_graph_get_filter (::understudy::media::ffmpeg().avfilter_graph_get_filter)
#define avfilter_graph_parse2 (::understudy::media::ffmpeg().avfilter_graph_parse2)
#define avfilter_inout_free (::understudy::media::ffmpeg().avfilter_inout_free)
#define avformat_alloc_output_context2 (::understudy::media::ffmpeg().avformat_alloc_output_context2)
#define avformat_close_input (::understudy::media::ffmpeg().avformat_close_input)
#define avformat_find_stream_info (::understudy::media::ffmpeg().avformat_find_stream_info)
#define avformat_free_context (::understudy::media::ffmpeg().avformat_free_context)
#define avformat_index_get_entries_count (::understudy::media::ffmpeg().avformat_index_get_entries_count)
#define avformat_index_get_entry (::understudy::media::ffmpeg().avformat_index_get_entry)
#define avformat_new_stream (::understudy::media::ffmpeg().avformat_new_stream)
#define avformat_open_input (::understudy::media::ffmpeg().avformat_open_input)
#define avformat_query_codec (::understudy::media::ffmpeg().avformat_query_codec)
#define avformat_write_header (::understudy::media::ffmpeg().avformat_write_header)
#define avio_close_dyn_buf (::understudy::media::ffmpeg().avio_close_dyn_buf)
#define avio_closep (::understudy::media::ffmpeg().avio_closep)
#define avio_open (::understudy::media::ffmpeg().avio_open)
#define avio_open_dyn_buf (::understudy::media::ffmpeg().avio_open_dyn_buf)
#define avio_seek (::understudy::media::ffmpeg().avio_seek)
#define avio_size (::understudy::media::ffmpeg().avio_size)
#define swr_alloc_set_opts2 (::understudy::media::ffmpeg().swr_alloc_set_opts2)
#define swr_convert (::understudy::media::ffmpeg().swr_convert)
#define swr_free (::understudy::media::ffmpeg().swr_free)
#define swr_get_delay (::understudy::media::ffmpeg().swr_get_delay)
#define swr_init (::understudy::media::ffmpeg().swr_init)
#define swr_inject_silence (::understudy::media::ffmpeg().swr_inject_silence)
#define sws_freeContext (::understudy::media::ffmpeg().sws_freeContext)
#define sws_getCoefficients (::understudy::media::ffmpeg().sws_getCoefficients)
#define sws_getContext (::understudy::media::ffmpeg().sws_getContext)
#define sws_scale (::understudy::media::ffmpeg().sws_scale)
#define sws_setColorspaceDetails (::understudy::media::ffmpeg().sws_setColorspaceDetails)
#endif
// clang-format on
