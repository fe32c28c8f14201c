package io.palitra.docs.interfaces;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

// tag::configuration[]
@Configuration(proxyBeanMethods = false)
@ImportHttpServices(group = "users", types = Users.class, clientType = ClientType.WEB_CLIENT)
class UsersConfiguration {

}
// end::configuration[]
