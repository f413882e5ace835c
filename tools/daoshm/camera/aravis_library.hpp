/// Aravis, loaded when the first camera is wanted: daoshm starts where it is not installed.
/// In this namespace the functions of Aravis and GLib are pointers of the same names, so that calls look the same.
#pragma once

#include <arv.h>

// All that camera/ calls. A function that is not in this list does not link.
// clang-format off
#define DAOSHM_ARAVIS_FUNCTIONS(F) \
    F(arv_buffer_get_frame_id) \
    F(arv_buffer_get_image_data) \
    F(arv_buffer_get_image_height) \
    F(arv_buffer_get_image_padding) \
    F(arv_buffer_get_image_pixel_format) \
    F(arv_buffer_get_image_width) \
    F(arv_buffer_get_status) \
    F(arv_buffer_get_system_timestamp) \
    F(arv_buffer_get_timestamp) \
    F(arv_buffer_new_allocate) \
    F(arv_camera_create_stream) \
    F(arv_camera_dup_available_pixel_formats_as_strings) \
    F(arv_camera_get_binning) \
    F(arv_camera_get_device) \
    F(arv_camera_get_device_serial_number) \
    F(arv_camera_get_exposure_time) \
    F(arv_camera_get_exposure_time_bounds) \
    F(arv_camera_get_frame_rate) \
    F(arv_camera_get_frame_rate_bounds) \
    F(arv_camera_get_gain) \
    F(arv_camera_get_gain_bounds) \
    F(arv_camera_get_height_bounds) \
    F(arv_camera_get_model_name) \
    F(arv_camera_get_payload) \
    F(arv_camera_get_pixel_format) \
    F(arv_camera_get_pixel_format_as_string) \
    F(arv_camera_get_region) \
    F(arv_camera_get_vendor_name) \
    F(arv_camera_get_width_bounds) \
    F(arv_camera_get_x_binning_bounds) \
    F(arv_camera_get_y_binning_bounds) \
    F(arv_camera_gv_set_packet_size) \
    F(arv_camera_gv_set_stream_options) \
    F(arv_camera_is_binning_available) \
    F(arv_camera_is_exposure_time_available) \
    F(arv_camera_is_frame_rate_available) \
    F(arv_camera_is_gain_available) \
    F(arv_camera_is_gv_device) \
    F(arv_camera_new) \
    F(arv_camera_set_acquisition_mode) \
    F(arv_camera_set_binning) \
    F(arv_camera_set_exposure_time) \
    F(arv_camera_set_frame_rate) \
    F(arv_camera_set_gain) \
    F(arv_camera_set_pixel_format_from_string) \
    F(arv_camera_set_region) \
    F(arv_camera_start_acquisition) \
    F(arv_camera_stop_acquisition) \
    F(arv_device_get_feature) \
    F(arv_device_set_features_from_string) \
    F(arv_disable_interface) \
    F(arv_enable_interface) \
    F(arv_get_device_address) \
    F(arv_get_device_id) \
    F(arv_get_device_model) \
    F(arv_get_device_protocol) \
    F(arv_get_device_serial_nbr) \
    F(arv_get_device_vendor) \
    F(arv_get_n_devices) \
    F(arv_gv_stream_get_statistics) \
    F(arv_gv_stream_get_type) \
    F(arv_stream_get_statistics) \
    F(arv_stream_push_buffer) \
    F(arv_stream_timeout_pop_buffer) \
    F(arv_update_device_list) \
    F(g_error_free) \
    F(g_free) \
    F(g_object_set) \
    F(g_object_unref) \
    F(g_signal_connect_data) \
    F(g_signal_handler_disconnect) \
    F(g_type_check_instance_is_a)
// clang-format on

namespace daoshm
{

#define DAOSHM_DECLARE(function) extern decltype(&::function) function;
DAOSHM_ARAVIS_FUNCTIONS(DAOSHM_DECLARE)
#undef DAOSHM_DECLARE

/// To be called before any of them; throws a ToolError that says what to install.
void load_aravis();

}
